# Installs what was built into a folder of its own, builds examples/cpp against that and runs it. One test in three
# steps would need fixtures; one script tells the story in order.
add_test(NAME Install.AnotherProjectUsesThePackage
         COMMAND ${CMAKE_COMMAND} -D BUILD=${CMAKE_BINARY_DIR} -D SOURCE=${PROJECT_SOURCE_DIR}
                 -D CXX=${CMAKE_CXX_COMPILER} -D VERSION=${PROJECT_VERSION} -D COMMAND_BUILT=${OCTET_BUILD_CLI}
                 -P ${CMAKE_CURRENT_LIST_DIR}/check_package.cmake)
set_tests_properties(Install.AnotherProjectUsesThePackage PROPERTIES LABELS install TIMEOUT 600 PROCESSORS 2)

add_test(NAME Readme.ShowsTheExampleThatIsBuilt
         COMMAND ${CMAKE_COMMAND} -D README=${PROJECT_SOURCE_DIR}/README.md
                 -D EXAMPLE=${PROJECT_SOURCE_DIR}/examples/cpp/quantize.cpp
                 -P ${CMAKE_CURRENT_LIST_DIR}/check_readme.cmake)
set_tests_properties(Readme.ShowsTheExampleThatIsBuilt PROPERTIES LABELS install)

if(OCTET_BUILD_CLI)
    add_test(NAME Docs.NameTheOptionsOfTheCommand
             COMMAND ${CMAKE_COMMAND} -D OCTET=$<TARGET_FILE:octet_cli> -D PAGE=${PROJECT_SOURCE_DIR}/docs/options.md
                     -P ${CMAKE_CURRENT_LIST_DIR}/check_options.cmake)
    set_tests_properties(Docs.NameTheOptionsOfTheCommand PROPERTIES LABELS install)
endif()

find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME Docs.OfConfigurationsAreThoseOfTheSchema
         COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/configuration_docs --check)
set_tests_properties(Docs.OfConfigurationsAreThoseOfTheSchema PROPERTIES LABELS install)
