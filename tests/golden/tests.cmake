include(${CMAKE_CURRENT_LIST_DIR}/unpack.cmake)
octet_test(golden LABEL golden
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/golden_test.cpp
    LIBRARIES octet::octet nlohmann_json::nlohmann_json)
target_compile_definitions(octet_test_golden PRIVATE
    OCTET_GOLDEN_DIR="${OCTET_GOLDEN_DIR}" OCTET_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
