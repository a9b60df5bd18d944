set(OCTET_METRICS_TESTS average_precision box_decoders classification compare difference evaluate segmentation)
list(TRANSFORM OCTET_METRICS_TESTS REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1_test.cpp")
octet_test(metrics LABEL unit SOURCES ${OCTET_METRICS_TESTS} LIBRARIES octet_metrics nlohmann_json::nlohmann_json)
target_compile_definitions(octet_test_metrics PRIVATE OCTET_COCO_CASES="${CMAKE_CURRENT_LIST_DIR}/coco")
