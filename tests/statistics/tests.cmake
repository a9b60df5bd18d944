octet_test(statistics LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/collector_test.cpp ${CMAKE_CURRENT_LIST_DIR}/histogram_test.cpp
    LIBRARIES octet_statistics)
