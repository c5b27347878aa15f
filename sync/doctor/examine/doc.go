// Package examine gathers what doctor judges: it asks the calendars, the Zoom accounts and the network, a few at a
// time, or nobody.
//
// What cannot be learned is left out of the facts, or said in them as what could not be asked: an examination has no
// errors but those of the store. It changes nothing, tries no meeting number, and sends no passcode anywhere.
package examine
