# What `cmake --install` lays out is a whole plugin directory: the executables beside plugin.toml
# and the install hook.
install(FILES ${CMAKE_SOURCE_DIR}/plugin.toml ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION . COMPONENT plugin)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/install DESTINATION . COMPONENT plugin)

get_property(light GLOBAL PROPERTY SUITE_LIGHT)
list(JOIN light "\n" light_lines)
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/light-executables.txt CONTENT "${light_lines}\n")
