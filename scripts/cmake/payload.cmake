# `payload/` of a build tree, and what `cmake --install` lays out, are whole plugin directories: the
# executables (component `plugin`) beside the hooks and what those are made of (component `hooks`),
# which a checkout has anyway.
set(hooks plugin.toml LICENSE install update uninstall plugin/check-libraries)
foreach(file IN LISTS hooks)
  get_filename_component(folder ${file} DIRECTORY)
  # What `update` is a link to.
  get_filename_component(content ${CMAKE_SOURCE_DIR}/${file} REALPATH)
  configure_file(${content} ${CMAKE_BINARY_DIR}/payload/${file} COPYONLY)
  if(file MATCHES "^(plugin.toml|LICENSE)$")
    install(FILES ${content} DESTINATION . COMPONENT hooks)
  else()
    get_filename_component(name ${file} NAME)
    install(PROGRAMS ${content} RENAME ${name} DESTINATION ./${folder} COMPONENT hooks)
  endif()
endforeach()

get_property(light GLOBAL PROPERTY SUITE_LIGHT)
list(JOIN light "\n" light_lines)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/light-executables.txt CONTENT "${light_lines}\n")
