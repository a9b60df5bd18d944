if(OCTET_BUILD_CLI)
    octet_test(cli_parts LABEL unit
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/command_line_test.cpp ${CMAKE_CURRENT_LIST_DIR}/description_test.cpp
                ${CMAKE_CURRENT_LIST_DIR}/evaluate_parts_test.cpp ${CMAKE_CURRENT_LIST_DIR}/paths_test.cpp
        LIBRARIES octet_cli_parts)

    # Runs the built command as a process.
    octet_test(cli LABEL cli
        SOURCES ${CMAKE_CURRENT_LIST_DIR}/accuracy_test.cpp ${CMAKE_CURRENT_LIST_DIR}/cascade_test.cpp ${CMAKE_CURRENT_LIST_DIR}/command_fixture.cpp ${CMAKE_CURRENT_LIST_DIR}/command_test.cpp
                ${CMAKE_CURRENT_LIST_DIR}/evaluate_test.cpp ${CMAKE_CURRENT_LIST_DIR}/pot_test.cpp
                ${CMAKE_CURRENT_LIST_DIR}/process.cpp ${CMAKE_CURRENT_LIST_DIR}/shell_test.cpp
        LIBRARIES openvino::runtime nlohmann_json::nlohmann_json Threads::Threads)
    target_compile_definitions(octet_test_cli PRIVATE OCTET_COMMAND="$<TARGET_FILE:octet_cli>")
    add_dependencies(octet_test_cli octet_cli)
endif()
