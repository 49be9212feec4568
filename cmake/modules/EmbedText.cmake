# tern_embed_text(OUTPUT file.cpp VARIABLE name FILES a.h b.h ...)
# Makes a source file that defines `extern const char tern::name[]`: the texts one after another, without the lines that
# include a file of ours, so that together they need no other file. Included headers must come before those that include
# them.
function(tern_embed_text)
  cmake_parse_arguments(ARG "" "OUTPUT;VARIABLE" "FILES" ${ARGN})
  add_custom_command(
    OUTPUT "${ARG_OUTPUT}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${ARG_OUTPUT}" "-DVARIABLE=${ARG_VARIABLE}" "-DFILES=${ARG_FILES}"
            -P "${TERN_SOURCE_DIR}/cmake/modules/EmbedTextScript.cmake"
    DEPENDS ${ARG_FILES} "${TERN_SOURCE_DIR}/cmake/modules/EmbedTextScript.cmake"
    COMMENT "Embedding ${ARG_VARIABLE}"
    VERBATIM)
endfunction()
