octet_test(placement LABEL unit
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/ignored_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/plan_test.cpp
    LIBRARIES octet_placement)
