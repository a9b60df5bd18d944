octet_test(base LABEL unit
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/ordered_pool_test.cpp ${CMAKE_CURRENT_LIST_DIR}/threads_test.cpp
    LIBRARIES octet_base Threads::Threads)
