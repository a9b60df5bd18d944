# OpenVINO's wheel carries its C++ headers, libraries and CMake package. Where nobody says which one to use, take the
# one in the project's own virtual environment (scripts/setup puts it there).
if(NOT OpenVINO_DIR AND NOT DEFINED ENV{OpenVINO_DIR})
    file(GLOB octet_wheel ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/openvino/cmake)
    set(OpenVINO_DIR "${octet_wheel}" CACHE PATH "Folder of OpenVINOConfig.cmake" FORCE)
endif()
find_package(OpenVINO 2026.4 REQUIRED COMPONENTS Runtime)
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng)

# Debian keeps OpenCV's CMake package in libopencv-dev, which pulls in several hundred packages; three modules are enough.
find_path(OCTET_OPENCV_INCLUDE opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4 REQUIRED)
add_library(octet_opencv INTERFACE)
target_include_directories(octet_opencv SYSTEM INTERFACE ${OCTET_OPENCV_INCLUDE})
foreach(module core imgproc imgcodecs)
    find_library(OCTET_OPENCV_${module} opencv_${module} REQUIRED)
    target_link_libraries(octet_opencv INTERFACE ${OCTET_OPENCV_${module}})
endforeach()

# Headers that scripts/setup takes out of Debian's package: installed as a package it would pull in Qt.
find_path(OCTET_VALIJSON_INCLUDE valijson/validator.hpp HINTS ${PROJECT_SOURCE_DIR}/.venv/debian/usr/include REQUIRED)
add_library(octet_valijson INTERFACE)
target_include_directories(octet_valijson SYSTEM INTERFACE ${OCTET_VALIJSON_INCLUDE})
