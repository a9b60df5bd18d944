octet_test(statistics LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/collector_test.cpp
    LIBRARIES octet_statistics)
