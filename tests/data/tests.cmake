set(OCTET_DATA_TESTS dataset feed npy npz open picture preprocessing)
list(TRANSFORM OCTET_DATA_TESTS REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1_test.cpp")
octet_test(data LABEL unit SOURCES ${OCTET_DATA_TESTS} LIBRARIES octet_data octet_opencv PkgConfig::ZIP Threads::Threads)
