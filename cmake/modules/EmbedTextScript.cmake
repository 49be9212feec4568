# What tern_embed_text runs while building: see EmbedText.cmake.
set(code "namespace tern {\nextern const char ${VARIABLE}[];\nconst char ${VARIABLE}[] =\n")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  string(REGEX REPLACE "#include \"[^\n]*\n" "" text "${text}")
  string(APPEND code "R\"EMBEDDED(${text}\n)EMBEDDED\"\n")
endforeach()
string(APPEND code ";\n} // namespace tern\n")
file(WRITE "${OUTPUT}" "${code}")
