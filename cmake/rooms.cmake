# A room is one folder of src/ and one static library `octet_<room>`, linked only to the rooms it may use.
# Each room's headers are reachable as "<room>/<header>.hpp" through an include folder of its own, so that an include
# from a room that is not linked fails to build.
function(octet_room room)
    cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
    set(door ${CMAKE_BINARY_DIR}/rooms/${room})
    file(MAKE_DIRECTORY ${door})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${door}/${room} SYMBOLIC)

    add_library(octet_${room} STATIC ${ARG_SOURCES})
    target_include_directories(octet_${room} PUBLIC ${PROJECT_SOURCE_DIR}/include ${door})
    target_link_libraries(octet_${room} PUBLIC openvino::runtime)
    foreach(used ${ARG_USES})
        target_link_libraries(octet_${room} PUBLIC octet_${used})
    endforeach()
    target_link_libraries(octet_${room} PRIVATE ${ARG_LIBRARIES})
    octet_compile_options(octet_${room})
    set_property(GLOBAL APPEND PROPERTY OCTET_ROOMS octet_${room})
    set_property(GLOBAL APPEND PROPERTY OCTET_ROOM_LIBRARIES ${ARG_LIBRARIES})
endfunction()

function(octet_compile_options target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor)
    # A fused multiply-add rounds once where others round twice: results would depend on the machine.
    target_compile_options(${target} PRIVATE -ffp-contract=off)
    # At -O3 g++ 12 takes "text" + std::string for overlapping memory (GCC bug 105651).
    target_compile_options(${target} PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)
    if(OCTET_WARNINGS_AS_ERRORS)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
