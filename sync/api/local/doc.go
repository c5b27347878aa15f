// Package local answers what zoomtag is asked in this process, which holds the store.
//
// A [Service] is made of one configuration. A command makes one, asks it, and closes it. The daemon makes one for each
// configuration that it reads, and has it [Service.Serve] in the place of the one before, which may still be at work:
// locks go from one to the other, and the store is the same.
//
// What reports show is read out of the store; nobody is asked for it, but by Sync, Link, Cancel and Doctor.
package local
