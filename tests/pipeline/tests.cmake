octet_test(pipeline LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/accuracy_aware_test.cpp ${CMAKE_CURRENT_LIST_DIR}/bodies_test.cpp ${CMAKE_CURRENT_LIST_DIR}/cascade_test.cpp ${CMAKE_CURRENT_LIST_DIR}/exactness_test.cpp
            ${CMAKE_CURRENT_LIST_DIR}/layerwise_tuning_test.cpp ${CMAKE_CURRENT_LIST_DIR}/quantize_test.cpp ${CMAKE_CURRENT_LIST_DIR}/range_search_test.cpp ${CMAKE_CURRENT_LIST_DIR}/sensitivity_test.cpp
            ${CMAKE_CURRENT_LIST_DIR}/statistics_file_test.cpp ${CMAKE_CURRENT_LIST_DIR}/subset_test.cpp
    LIBRARIES octet_pipeline)
