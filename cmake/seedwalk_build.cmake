# Flags, launcher and linker that every target of ours shares.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_DEPEND=1 CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}/../.. ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_definitions(SEEDWALK_VERSION="${PROJECT_VERSION}")
add_link_options(-Wl,--build-id=sha1)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ collects garbage whenever its heap has doubled, a tenth of the time that a batch takes. Few batches have more
  # than this many KiB in all.
  add_compile_options(--param=ggc-min-heapsize=1500000)
endif()
if(SEEDWALK_SANITIZE)
  add_compile_options(-fsanitize=${SEEDWALK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SEEDWALK_SANITIZE})
  # Checks left out: with g++ these four are two fifths of what a batch costs to compile (111 CPU seconds and 3.3 GB against
  # 69 and 2.8), AddressSanitizer sees what a null pointer or one past its object does, and the fuzz targets have them all.
  # -DSEEDWALK_SANITIZE_NOT= brings them back.
  if(SEEDWALK_SANITIZE_NOT)
    add_compile_options(-fno-sanitize=${SEEDWALK_SANITIZE_NOT})
  endif()
endif()
if(SEEDWALK_SANITIZE STREQUAL "thread")
  # ThreadSanitizer does not see Asio's fences around handlers, which g++ says of each of them. It sees the mutexes and
  # atomics by which handlers get from thread to thread.
  add_compile_options(-Wno-tsan)
endif()

# What reads options, prints, or tests is not worth the time that optimising it takes. -Og takes an eighth less of it than
# -O1 does (25.4 CPU s against 27.7 for a batch of tests, 33 against 41 for the examples), -O0 more: each small function
# that is not inlined is one more to compile.
set(seedwalk_quickly_compiled $<$<CONFIG:Release>:-Og>)

# seedwalk_library(net CAF::core ...): the static library seedwalk_net, alias seedwalk::net, of every .cpp below the
# folder that calls it, but for those in rooms that are libraries of their own: folders with a CMakeLists.txt. What is
# linked is public, so that the link graph is the include graph. RARELY names rooms of it whose code is not what a run
# spends its time in: a release compiles them as quickly as it can.
function(seedwalk_library name)
  cmake_parse_arguments(PARSE_ARGV 1 library "" "" "RARELY")
  set(links ${library_UNPARSED_ARGUMENTS})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB_RECURSE rooms RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(room IN LISTS rooms)
    get_filename_component(room ${room} DIRECTORY)
    if(room)
      list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/${room}/")
    endif()
  endforeach()
  if(NOT sources)
    add_library(seedwalk_${name} INTERFACE)
    add_library(seedwalk::${name} ALIAS seedwalk_${name})
    target_link_libraries(seedwalk_${name} INTERFACE ${links})
    return()
  endif()
  set(targets seedwalk_${name})
  if(library_RARELY)
    list(JOIN library_RARELY "|" rooms)
    set(rare ${sources})
    list(FILTER rare INCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/(${rooms})/")
    list(FILTER sources EXCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/(${rooms})/")
    add_library(seedwalk_${name}_rarely OBJECT ${rare})
    target_compile_options(seedwalk_${name}_rarely PRIVATE ${seedwalk_quickly_compiled})
    list(APPEND sources $<TARGET_OBJECTS:seedwalk_${name}_rarely>)
    list(PREPEND targets seedwalk_${name}_rarely)
  endif()
  add_library(seedwalk_${name} STATIC ${sources})
  add_library(seedwalk::${name} ALIAS seedwalk_${name})
  foreach(target IN LISTS targets)
    # Installed libraries have the folder of installed headers in its place.
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}>)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_link_libraries(${target} PUBLIC ${links})
    seedwalk_batches(${target})
  endforeach()
endfunction()

# What many sources include, parsed once for all targets of a kind: `std` for those without actors, `caf` for those
# with, `tests`. Measure before adding to it: a header that defines objects, as CLI11's does, costs each source more
# than parsing it. Sources still include what they use: a build with -DSEEDWALK_PRECOMPILE=OFF must pass too, and is
# what clang-tidy looks at.
option(SEEDWALK_PRECOMPILE "Precompile headers" ON)
# Sources are compiled many at a time: most of what each costs is headers and templates that the others need, too (36
# sources of tests: 150 CPU seconds six at a time, 93 eighteen at a time). The largest batch takes 2.7 GB; with
# sanitizers a source needs half as much memory again. So what two of them call by one name must be one thing, or bear
# two names. With -DSEEDWALK_UNITY=OFF each is compiled alone, for those who edit one source all day and for who asks
# clang-tidy about one.
option(SEEDWALK_UNITY "Compile sources in batches" ON)
function(seedwalk_batches target)
  if(NOT SEEDWALK_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  # As many batches as are needed, all of one size: the last of a big target would else be a single source.
  if(SEEDWALK_SANITIZE)
    set(most 16)
  else()
    set(most 36)
  endif()
  math(EXPR batches "(${count} + ${most} - 1) / ${most}")
  math(EXPR size "(${count} + ${batches} - 1) / ${batches}")
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${size})
endfunction()

set(seedwalk_headers_of_std <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <variant> <vector> <tl/expected.hpp>)
set(seedwalk_headers_of_caf ${seedwalk_headers_of_std} <caf/actor_system.hpp> <caf/behavior.hpp> <caf/event_based_actor.hpp>
    <caf/stateful_actor.hpp> <fmt/format.h>)
set(seedwalk_headers_of_tests ${seedwalk_headers_of_caf} <gtest/gtest.h> <rapidcheck.h>)
set(seedwalk_links_of_caf CAF::core fmt::fmt)
set(seedwalk_links_of_tests ${seedwalk_links_of_caf} GTest::gtest rapidcheck)
function(seedwalk_precompile target kind)
  if(NOT SEEDWALK_PRECOMPILE OR NOT TARGET ${target})
    return()
  endif()
  set(headers seedwalk_headers_${kind})
  if(NOT TARGET ${headers})
    set(source ${CMAKE_BINARY_DIR}/${headers}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "// Whose precompiled headers others use.\n")
    add_library(${headers} OBJECT ${source})
    target_compile_features(${headers} PUBLIC cxx_std_20)
    target_link_libraries(${headers} PRIVATE ${seedwalk_links_of_${kind}})
    target_precompile_headers(${headers} PRIVATE ${seedwalk_headers_of_${kind}})
    if(kind STREQUAL "tests")
      target_compile_options(${headers} PRIVATE ${seedwalk_test_options})
    endif()
  endif()
  foreach(user ${target} ${target}_rarely)
    if(TARGET ${user})
      target_precompile_headers(${user} REUSE_FROM ${headers})
    endif()
  endforeach()
endfunction()
