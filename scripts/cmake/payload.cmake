# `payload/` of a build tree, and what `cmake --install` lays out, are whole plugin directories: the
# executables beside plugin.toml and the install hook.
foreach(file plugin.toml LICENSE install)
  configure_file(${CMAKE_SOURCE_DIR}/${file} ${CMAKE_BINARY_DIR}/payload/${file} COPYONLY)
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/plugin.toml ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION . COMPONENT plugin)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/install DESTINATION . COMPONENT plugin)

get_property(light GLOBAL PROPERTY SUITE_LIGHT)
list(JOIN light "\n" light_lines)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/light-executables.txt CONTENT "${light_lines}\n")
