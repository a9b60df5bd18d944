include(${CMAKE_CURRENT_LIST_DIR}/../golden/unpack.cmake)
octet_test(config LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/form_test.cpp ${CMAKE_CURRENT_LIST_DIR}/golden_forms_test.cpp
            ${CMAKE_CURRENT_LIST_DIR}/options_json_test.cpp ${CMAKE_CURRENT_LIST_DIR}/parameter_test.cpp
            ${CMAKE_CURRENT_LIST_DIR}/schema_test.cpp
    LIBRARIES octet_config octet_valijson nlohmann_json::nlohmann_json)
target_compile_definitions(octet_test_config PRIVATE OCTET_GOLDEN_DIR="${OCTET_GOLDEN_DIR}"
                           OCTET_DOCS_DIR="${PROJECT_SOURCE_DIR}/docs"
                           OCTET_EXAMPLES_DIR="${PROJECT_SOURCE_DIR}/examples/configurations")
