# CPack's configuration for the .deb. scripts/package exports the LETSENCRYPT_* variables; the plugin
# directory has been laid out by then, so that the .deb and the .tar.gz hold the same files.
set(CPACK_PACKAGE_NAME dokku-letsencrypt)
set(CPACK_PACKAGE_VERSION $ENV{LETSENCRYPT_VERSION})
set(CPACK_PACKAGE_FILE_NAME dokku-letsencrypt)  # asked for, but the .deb is named by Debian's rules
set(CPACK_PACKAGE_VENDOR "dokku-letsencrypt")
set(CPACK_PACKAGE_CONTACT "The dokku-letsencrypt maintainers <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Automatic HTTPS for Dokku, as native executables")
set(CPACK_PACKAGE_DESCRIPTION "A drop-in replacement of Dokku's letsencrypt plugin: the same commands, properties and files,
 but nginx itself answers the CA and no container is started.")

set(CPACK_INSTALLED_DIRECTORIES
    $ENV{LETSENCRYPT_PLUGIN} /var/lib/dokku/plugins/available/letsencrypt
    $ENV{LETSENCRYPT_DOCUMENTS} /usr/share/doc/dokku-letsencrypt)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_PACKAGE_RELOCATABLE OFF)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~$ENV{LETSENCRYPT_RELEASE})
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE $ENV{LETSENCRYPT_MACHINE})
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS dokku)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script preinst postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA $ENV{LETSENCRYPT_SCRIPTS}/${script})
endforeach()
set(CPACK_STRIP_FILES OFF)
