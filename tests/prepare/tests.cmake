set(OCTET_PREPARE_TESTS activations constants identities models normalizations property scale_shift)
list(TRANSFORM OCTET_PREPARE_TESTS REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/prepare_\\1_test.cpp")
octet_test(prepare LABEL unit
    SOURCES ${OCTET_PREPARE_TESTS} ${CMAKE_CURRENT_LIST_DIR}/support.cpp
    LIBRARIES octet_graph)
octet_test(prepare_zoo LABEL zoo
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/prepare_zoo_test.cpp ${CMAKE_CURRENT_LIST_DIR}/support.cpp
    LIBRARIES octet_graph)
target_compile_definitions(octet_test_prepare_zoo PRIVATE OCTET_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
