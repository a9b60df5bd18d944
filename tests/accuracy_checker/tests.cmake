octet_test(accuracy_checker LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/checker_config_test.cpp ${CMAKE_CURRENT_LIST_DIR}/twin_test.cpp
    LIBRARIES octet_config octet_metrics nlohmann_json::nlohmann_json Threads::Threads)
target_compile_definitions(octet_test_accuracy_checker PRIVATE OCTET_TWINS_DIR="${CMAKE_CURRENT_LIST_DIR}")
