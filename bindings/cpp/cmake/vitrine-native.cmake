# What the packages of Vitrine's dependencies leave to their users. The build reads this file, and
# so does every project that finds an installed Vitrine. Include it before finding CapnProto.

# CapnProtoConfig 0.9.2 probes libatomic with a piece of C that a C++ compiler refuses, so that a
# project without C fails; a compiler that builds C++20 has libatomic beside it.
if(NOT DEFINED FOUND_LIBATOMIC)
  set(FOUND_LIBATOMIC TRUE)
endif()

# LMDB and xxHash bring no CMake packages. Sets vitrine_native_missing to what was not found.
function(vitrine_find_native name header)
  if(NOT TARGET vitrine_native::${name})
    find_path(VITRINE_${name}_INCLUDE_DIR ${header})
    find_library(VITRINE_${name}_LIBRARY ${name})
    mark_as_advanced(VITRINE_${name}_INCLUDE_DIR VITRINE_${name}_LIBRARY)
    if(NOT VITRINE_${name}_INCLUDE_DIR OR NOT VITRINE_${name}_LIBRARY)
      set(vitrine_native_missing ${vitrine_native_missing} ${name} PARENT_SCOPE)
      return()
    endif()
    add_library(vitrine_native::${name} UNKNOWN IMPORTED)
    set_target_properties(vitrine_native::${name} PROPERTIES
      IMPORTED_LOCATION ${VITRINE_${name}_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${VITRINE_${name}_INCLUDE_DIR})
  endif()
endfunction()
set(vitrine_native_missing)
vitrine_find_native(lmdb lmdb.h)
vitrine_find_native(xxhash xxhash.h)
