# Run by ctest: BUILD (the build folder), SOURCE (the repository), CXX, VERSION, COMMAND_BUILT.
set(work ${BUILD}/install-test)
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT status EQUAL 0)
        list(JOIN ARGN " " line)
        message(FATAL_ERROR "'${line}' ended with ${status}:\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_match pattern)
    if(NOT output MATCHES "${pattern}")
        message(FATAL_ERROR "expected output like '${pattern}', got:\n${output}")
    endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
# A copy: what the example needs must come from the package, not from the repository around it.
file(COPY ${SOURCE}/examples/cpp/ DESTINATION ${work}/example)
run(${CMAKE_COMMAND} -S ${work}/example -B ${work}/build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${CXX}
    -DCMAKE_PREFIX_PATH=${prefix} "-DCMAKE_CXX_FLAGS=-Wall -Werror")
run(${CMAKE_COMMAND} --build ${work}/build)

set(model ${SOURCE}/examples/text_detection/model.xml)
run(${work}/build/quantize ${model} ${SOURCE}/examples/text_detection/pictures ${work}/out)
expect_match("Octet ${VERSION}: [1-9][0-9]* operations in INT8")
foreach(file model.xml model.bin quantization.json options.json)
    if(NOT EXISTS ${work}/out/${file})
        message(FATAL_ERROR "${file} was not written")
    endif()
endforeach()

if(NOT EXISTS ${prefix}/share/octet/octet.schema.json)
    message(FATAL_ERROR "the schema of configurations was not installed")
endif()

if(COMMAND_BUILT)
    run(${prefix}/bin/octet --version)
    expect_match("${VERSION}")
    run(${prefix}/bin/octet inspect -m ${work}/out/model.xml)
    foreach(file man/man1/octet.1 bash-completion/completions/octet zsh/site-functions/_octet
            fish/vendor_completions.d/octet.fish)
        file(SIZE ${prefix}/share/${file} size)
        if(size EQUAL 0)
            message(FATAL_ERROR "share/${file} is empty")
        endif()
    endforeach()
endif()
