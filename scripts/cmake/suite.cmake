# One call per target. Rooms under src/ are static libraries named suite::<room>; the arrows between
# them are checked by scripts/check-layers.sh.

option(SUITE_STRICT "Warnings are errors" OFF)
option(SUITE_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
# That each file names what it uses is seen by the tidy build, which goes without.
option(SUITE_PRECOMPILE "Read the standard headers once for all files" OFF)
option(SUITE_OPTIMISED_TESTS "Optimise the tests as what they test" OFF)

# From 13 on, g++ sees overruns where its own library appends to a string that it has inlined.
set(SUITE_WITHOUT)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  set(SUITE_WITHOUT -Wno-array-bounds -Wno-stringop-overflow)
endif()

# Settings that third-party code does not get.
add_library(suite_options INTERFACE)
target_compile_options(suite_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wextra-semi
  -Wcast-align -Wcast-qual -Wundef -Wmissing-declarations -Wredundant-decls
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
  ${SUITE_WITHOUT}
  $<$<BOOL:${SUITE_STRICT}>:-Werror>
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# clang 14 cannot compile some coroutines with it: "Cannot represent a difference across sections".
set(without_function_sanitizer $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
if(SUITE_SANITIZE)
  target_compile_options(suite_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    ${without_function_sanitizer})
  target_link_options(suite_options INTERFACE -fsanitize=address,undefined)
elseif(LETSENCRYPT_FUZZ)
  # The rooms report their branches to libFuzzer; each target adds the fuzzer itself.
  target_compile_options(suite_options INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer ${without_function_sanitizer})
  target_link_options(suite_options INTERFACE -fsanitize=address,undefined)
else()
  # Release hardening. Assertions of the standard library stay on: a trap beats a wrong certificate.
  target_compile_definitions(suite_options INTERFACE _GLIBCXX_ASSERTIONS
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=3>)
  target_compile_options(suite_options INTERFACE
    -fstack-protector-strong -fPIE -ffunction-sections -fdata-sections)
  target_link_options(suite_options INTERFACE
    -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections)
endif()

# The tests themselves go without UBSan, which doubles the time that Catch2's macros take to compile;
# what they test has it.
add_library(suite_test_options INTERFACE)
if(SUITE_SANITIZE)
  target_compile_options(suite_test_options INTERFACE -fno-sanitize=undefined)
elseif(NOT SUITE_OPTIMISED_TESTS)
  # Nor are they optimised, which would take longer than what they test and have g++ warn of what is
  # its own library's.
  target_compile_options(suite_test_options INTERFACE -O0 -U_FORTIFY_SOURCE)
endif()

# The room base is built first and has the precompiled headers of all.
function(suite_precompile target)
  if(NOT SUITE_PRECOMPILE)
    return()
  endif()
  if(target STREQUAL suite_base)
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <filesystem> <fstream>
      <functional> <map> <memory> <optional> <set> <string> <string_view> <utility> <vector>)
  else()
    target_precompile_headers(${target} REUSE_FROM suite_base)
  endif()
endfunction()

# The same for the tests, with what each of them has of Catch2.
function(suite_precompile_test target)
  if(NOT SUITE_PRECOMPILE)
    return()
  endif()
  if(target STREQUAL test-base)
    target_precompile_headers(${target} PRIVATE <algorithm> <chrono> <filesystem> <fstream>
      <functional> <map> <memory> <optional> <set> <string> <string_view> <utility> <vector>
      <catch2/catch_test_macros.hpp> <catch2/matchers/catch_matchers_string.hpp>)
  else()
    target_precompile_headers(${target} REUSE_FROM test-base)
  endif()
endfunction()

# suite_library(ROOM SOURCES... [USES suite::x ...] [HIDES lib ...])
# USES are what its headers show; HIDES are what only its .cpp files see. The target of a room inside
# a room has a dash: suite::ca-limits is src/ca/limits.
function(suite_library room)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;HIDES" ${ARGN})
  string(REPLACE "/" "-" name ${room})
  add_library(suite_${name} STATIC ${ARG_SOURCES})
  add_library(suite::${name} ALIAS suite_${name})
  target_include_directories(suite_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(suite_${name} PUBLIC ${ARG_USES} PRIVATE suite_options ${ARG_HIDES})
  suite_precompile(suite_${name})
endfunction()

# suite_trigger(NAME [LIGHT] [IN subfolder] SOURCE file [USES suite::x ...])
# The target is trigger-[subfolder-]NAME: a build output called `commands` outside the payload would
# be executed by `dokku help`. LIGHT executables carry libstdc++ inside and need only libc.
function(suite_trigger name)
  cmake_parse_arguments(ARG "LIGHT" "IN;SOURCE" "USES" ${ARGN})
  if(ARG_IN)
    set(target trigger-${ARG_IN}-${name})
    set(folder ${ARG_IN})
  else()
    set(target trigger-${name})
    set(folder .)
  endif()
  add_executable(${target} ${ARG_SOURCE})
  target_link_libraries(${target} PRIVATE suite_options ${ARG_USES})
  suite_precompile(${target})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/payload/${folder})
  if(NOT SUITE_SANITIZE AND NOT LETSENCRYPT_FUZZ)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  install(TARGETS ${target} RUNTIME DESTINATION ${folder} COMPONENT plugin)
  if(ARG_LIGHT)
    set_property(GLOBAL APPEND PROPERTY SUITE_LIGHT $<TARGET_FILE:${target}>)
  endif()
endfunction()

# suite_test(ROOM SOURCES... [USES suite::x ...]): one Catch2 binary per room. Configuring fails on a
# *_test.cpp in the room's folder that is not listed, so that no test is forgotten.
function(suite_test room)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  string(REPLACE "/" "-" name ${room})
  file(GLOB present RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${room}/*_test.cpp)
  list(REMOVE_ITEM present ${ARG_SOURCES})
  if(present)
    message(FATAL_ERROR "tests/unit: not listed in suite_test(${room}): ${present}")
  endif()
  add_executable(test-${name} ${ARG_SOURCES})
  target_include_directories(test-${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(test-${name} PRIVATE suite_options suite_test_options ${ARG_USES}
    Catch2::Catch2WithMain)
  target_compile_definitions(test-${name} PRIVATE
    TEST_DATA_DIR="${CMAKE_SOURCE_DIR}/tests/data")
  suite_precompile_test(test-${name})
  add_test(NAME unit.${name} COMMAND test-${name} --warn UnmatchedTestSpec)
endfunction()
