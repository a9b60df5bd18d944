include(${CMAKE_CURRENT_LIST_DIR}/unpack.cmake)
octet_test(golden LABEL golden
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/golden_test.cpp
    LIBRARIES octet_pipeline octet_config nlohmann_json::nlohmann_json)
target_compile_definitions(octet_test_golden PRIVATE
    OCTET_GOLDEN_DIR="${OCTET_GOLDEN_DIR}" OCTET_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")

if(OCTET_BUILD_CLI)
    octet_test(golden_command LABEL golden
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/command_test.cpp ${CMAKE_CURRENT_LIST_DIR}/../cli/process.cpp
        LIBRARIES octet_pipeline octet_config nlohmann_json::nlohmann_json Threads::Threads)
    target_compile_definitions(octet_test_golden_command PRIVATE
        OCTET_GOLDEN_DIR="${OCTET_GOLDEN_DIR}" OCTET_COMMAND="$<TARGET_FILE:octet_cli>")
    add_dependencies(octet_test_golden_command octet_cli)
endif()
