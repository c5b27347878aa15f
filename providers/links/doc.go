// Package links finds links in the texts of events, takes off what link checkers and redirectors wrap around them, and
// tells which meeting service a link leads to. Whoever has to know whether an event already has a place to meet asks
// it: the plan, doctor, and zoomtag link.
//
// A link is found with a scheme (http, https, or that of a meeting app), and without one where its host is that of a
// service. It is unwrapped as far as the target stands in the link itself; nobody is asked. All of it is pure, takes
// time in proportion to the text, and is bounded by MaxLinks and maxWrapped.
package links
