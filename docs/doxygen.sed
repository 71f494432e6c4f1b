# What Doxygen is to see of a header: the comment at its top is the file's, a comment in front of a declaration is its
# documentation, one behind an enumerator or a field too.
1s#^/\* #/** \\file\n * #
1s#^/\*$#/** \\file#
1s@^// @/// \\file\n/// @
2,/^[^/]/s@^// @/// @
s@^( *)/\* @\1/** @
s@([^ ]) +/\* (.*)\*/$@\1 /**< \2*/@
s@([^ *]) +/\* @\1 /**< @
