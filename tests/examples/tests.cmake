# The examples are another project, built against the installed package; a script tells the story in order.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME Examples.RunOnAFewSamples
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/check_examples ${CMAKE_BINARY_DIR})
set_tests_properties(Examples.RunOnAFewSamples PROPERTIES LABELS install TIMEOUT 900 PROCESSORS 2 SKIP_RETURN_CODE 77
                     RUN_SERIAL ON)

add_test(NAME Examples.RunOnTheirModels
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/check_examples ${CMAKE_BINARY_DIR} --models)
set_tests_properties(Examples.RunOnTheirModels PROPERTIES LABELS zoo TIMEOUT 900 PROCESSORS 2 SKIP_RETURN_CODE 77
                     RUN_SERIAL ON)

add_test(NAME Tutorial.ShowsTheProgramThatIsBuilt
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/check_tutorial)
set_tests_properties(Tutorial.ShowsTheProgramThatIsBuilt PROPERTIES LABELS install)
