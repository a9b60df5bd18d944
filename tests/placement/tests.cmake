octet_test(placement LABEL unit
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/activation_patterns.cpp
        ${CMAKE_CURRENT_LIST_DIR}/ignored_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/input_patterns.cpp
        ${CMAKE_CURRENT_LIST_DIR}/patterns_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/plan_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scale_patterns.cpp
        ${CMAKE_CURRENT_LIST_DIR}/structure_patterns.cpp
    LIBRARIES octet_placement)
