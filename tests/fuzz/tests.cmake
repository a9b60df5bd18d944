# libFuzzer programs `octet_fuzz_<reader>` for all that reads what others wrote; clang only (preset asan). Each starts
# from corpus/<reader>. Run one with `build/asan/bin/octet_fuzz_npy -max_total_time=60 /tmp/corpus tests/fuzz/corpus/npy`.
if(OCTET_BUILD_FUZZERS)
    function(octet_fuzzer reader)
        add_executable(octet_fuzz_${reader} ${CMAKE_CURRENT_LIST_DIR}/${reader}_fuzz.cpp)
        target_link_libraries(octet_fuzz_${reader} PRIVATE ${ARGN})
        target_link_options(octet_fuzz_${reader} PRIVATE -fsanitize=fuzzer)
        octet_compile_options(octet_fuzz_${reader})
    endfunction()

    octet_fuzzer(checker octet_config octet_data)
    octet_fuzzer(coco octet_data)
    octet_fuzzer(configuration octet_config)
    octet_fuzzer(mask octet_data)
    octet_fuzzer(npy octet_data)
    octet_fuzzer(npz octet_data)
    octet_fuzzer(preparation octet_data)
    octet_fuzzer(statistics octet_pipeline)
endif()
