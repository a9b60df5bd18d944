set(OCTET_DATA_TESTS coco dataset feed labels mask npy npz open picture picture_frame preprocessing sampling synthetic texts)
list(TRANSFORM OCTET_DATA_TESTS REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1_test.cpp")
octet_test(data LABEL unit SOURCES ${OCTET_DATA_TESTS}
    LIBRARIES octet_data octet_opencv PkgConfig::ZIP PkgConfig::SPNG nlohmann_json::nlohmann_json Threads::Threads)
