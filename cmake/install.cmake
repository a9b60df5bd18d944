# What `cmake --install` lays down: the library, its headers, the command and a CMake package with octet::octet.
include(CMakePackageConfigHelpers)
set(octet_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/octet)

# What is installed finds its own library beside it, and OpenVINO where it was built with it.
get_target_property(octet_openvino_library openvino::runtime IMPORTED_LOCATION_RELEASE)
cmake_path(GET octet_openvino_library PARENT_PATH octet_openvino_libraries)
file(RELATIVE_PATH octet_bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(octet PROPERTIES INSTALL_RPATH "${octet_openvino_libraries}")

target_compile_features(octet INTERFACE cxx_std_20)

install(TARGETS octet EXPORT octetTargets COMPONENT library)
install(DIRECTORY include/octet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library FILES_MATCHING PATTERN "*.hpp")
install(FILES docs/octet.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/octet COMPONENT library)
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT library)

if(OCTET_BUILD_CLI)
    set_target_properties(octet_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${octet_bin_to_lib};${octet_openvino_libraries}")
    install(TARGETS octet_cli COMPONENT command)
    set(octet_shell ${CMAKE_BINARY_DIR}/shell)
    install(FILES ${octet_shell}/octet.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT command)
    install(FILES ${octet_shell}/octet.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
            RENAME octet COMPONENT command)
    install(FILES ${octet_shell}/octet.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
            RENAME _octet COMPONENT command)
    install(FILES ${octet_shell}/octet.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d
            COMPONENT command)
endif()

configure_package_config_file(cmake/octetConfig.cmake.in ${CMAKE_BINARY_DIR}/octetConfig.cmake
                              INSTALL_DESTINATION ${octet_package_dir})
# Before 1.0 a minor release may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/octetConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT octetTargets NAMESPACE octet:: DESTINATION ${octet_package_dir} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/octetConfig.cmake ${CMAKE_BINARY_DIR}/octetConfigVersion.cmake
        DESTINATION ${octet_package_dir} COMPONENT library)
