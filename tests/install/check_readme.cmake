# The C++ example in README.md is the file that the install test builds and runs, letter for letter.
file(READ ${README} readme)
file(READ ${EXAMPLE} example)
string(FIND "${readme}" "```cpp\n${example}```" place)
if(place EQUAL -1)
    message(FATAL_ERROR "README.md does not hold ${EXAMPLE} as it is: copy the file into its ```cpp block")
endif()
