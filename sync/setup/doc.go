// Package setup begins a configuration, or adds a calendar to one: it asks in words that people know, tries each answer
// with the service that it is about, and writes everything at the end.
//
// Until then there is nothing but a file beside the configuration that nobody reads, and files with secrets that nobody
// names: whoever leaves half-way through finds all as it was. What somebody has signed in for meanwhile is ended again.
package setup
