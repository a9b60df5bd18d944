octet_test(graph_io LABEL unit
           SOURCES ${CMAKE_CURRENT_LIST_DIR}/adjustable_ranges_test.cpp ${CMAKE_CURRENT_LIST_DIR}/compress_fp16_test.cpp ${CMAKE_CURRENT_LIST_DIR}/compress_weights_test.cpp
                   ${CMAKE_CURRENT_LIST_DIR}/expand_fake_quantize_test.cpp
                   ${CMAKE_CURRENT_LIST_DIR}/inspect_test.cpp ${CMAKE_CURRENT_LIST_DIR}/json_test.cpp
                   ${CMAKE_CURRENT_LIST_DIR}/models.cpp ${CMAKE_CURRENT_LIST_DIR}/names_test.cpp
                   ${CMAKE_CURRENT_LIST_DIR}/read_test.cpp ${CMAKE_CURRENT_LIST_DIR}/row_tap_test.cpp
                   ${CMAKE_CURRENT_LIST_DIR}/save_test.cpp
           LIBRARIES octet_pipeline octet_metrics nlohmann_json::nlohmann_json)
