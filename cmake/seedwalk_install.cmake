# What `cmake --install BUILD --prefix PREFIX` puts into PREFIX, by component:
#
#   program      bin/seedwalk, and under share/doc/seedwalk what a user reads
#   development  seedwalk::sim and what it needs, for programs of other people:
#                headers under include/seedwalk, static libraries, and a package for find_package(seedwalk)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(seedwalk_package ${CMAKE_INSTALL_LIBDIR}/cmake/seedwalk)
set(seedwalk_headers ${CMAKE_INSTALL_INCLUDEDIR}/seedwalk)

install(TARGETS seedwalk RUNTIME COMPONENT program)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
foreach(folder net sim tools tools/examples actors/runtime)
  install(FILES ${folder}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder} COMPONENT program)
endforeach()

# Rooms that know neither the crawler nor its database.
set(public_libraries net_base net_address net_door net_asio net_bitcoin net runtime sim_network sim_nodes sim_record
    sim_program sim_trace sim)
foreach(library ${public_libraries})
  set_target_properties(seedwalk_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS seedwalk_${library} EXPORT seedwalk ARCHIVE COMPONENT development
          INCLUDES DESTINATION ${seedwalk_headers})
endforeach()
foreach(room net actors/runtime sim/network sim/nodes sim/record sim/program sim/trace)
  get_filename_component(above ${room} DIRECTORY)
  install(DIRECTORY ${room} DESTINATION ${seedwalk_headers}/${above} COMPONENT development
          FILES_MATCHING PATTERN "*.hpp")
endforeach()

install(EXPORT seedwalk NAMESPACE seedwalk:: FILE seedwalk-targets.cmake DESTINATION ${seedwalk_package}
        COMPONENT development)
configure_package_config_file(cmake/seedwalk-config.cmake.in ${CMAKE_BINARY_DIR}/seedwalk-config.cmake
                              INSTALL_DESTINATION ${seedwalk_package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/seedwalk-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/seedwalk-config.cmake ${CMAKE_BINARY_DIR}/seedwalk-config-version.cmake
        cmake/FindCAF.cmake DESTINATION ${seedwalk_package} COMPONENT development)
