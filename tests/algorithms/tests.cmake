octet_test(algorithms LABEL unit
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/fast_bias_correction_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/layer_fit_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/range_estimator_test.cpp
    LIBRARIES octet_algorithms)
