# Unpacks the golden cases into the build folder where the archive has changed since, and sets OCTET_GOLDEN_DIR to the
# folder that holds errors.json and one folder per case. To be include()d.
set(OCTET_GOLDEN_DIR ${CMAKE_BINARY_DIR}/golden)
set(octet_golden_archive ${CMAKE_CURRENT_LIST_DIR}/cases.tar.xz)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${octet_golden_archive})

file(SHA256 ${octet_golden_archive} octet_golden_hash)
set(octet_golden_unpacked "")
if(EXISTS ${OCTET_GOLDEN_DIR}/archive.sha256)
    file(READ ${OCTET_GOLDEN_DIR}/archive.sha256 octet_golden_unpacked)
endif()
if(NOT octet_golden_unpacked STREQUAL octet_golden_hash)
    message(STATUS "Unpacking the golden cases")
    file(REMOVE_RECURSE ${OCTET_GOLDEN_DIR})
    file(ARCHIVE_EXTRACT INPUT ${octet_golden_archive} DESTINATION ${OCTET_GOLDEN_DIR})
    # Written last: an interrupted unpacking is done again.
    file(WRITE ${OCTET_GOLDEN_DIR}/archive.sha256 ${octet_golden_hash})
endif()
