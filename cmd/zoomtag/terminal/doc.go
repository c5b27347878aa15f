// Package terminal shows things to people: tables, texts, colour and progress.
//
// How zoomtag speaks to people:
//
//   - What was asked for goes to standard output, everything else to standard error.
//   - A message is one sentence: what is the matter, then what mends it. It begins with a small letter behind
//     "zoomtag: ".
//   - Foreign text, a title for example, is printed by [Printable] or [Lines] only: a terminal obeys control
//     characters, and marks of direction show a text as what it is not.
//   - Colour and progress are for screens ([IsScreen]). What they say is said in words as well.
//   - A time names its zone ([Clock]).
package terminal
