octet_test(metrics LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/compare_test.cpp ${CMAKE_CURRENT_LIST_DIR}/difference_test.cpp
    LIBRARIES octet_metrics)
