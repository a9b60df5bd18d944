octet_test(numeric LABEL unit
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/fake_quantize_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/grid_rounding_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/histogram_ranges_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/histogram_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/quantile_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/ranges_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reduce_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/tap_share_test.cpp
    LIBRARIES octet_numeric)
