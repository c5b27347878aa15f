package calendar

import "strings"

// placeSign stands in Link.Tag before the location of the owner's whose place the link has taken.
const placeSign = "@location:"

// TagOf is what Link.Tag says of tags that were taken out of sight, and of the location whose place the link has taken.
func TagOf(tags, place string) string {
	if place = strings.TrimRight(place, " \t\r\n"); place == "" {
		return tags
	}
	return strings.TrimSpace(tags + " " + placeSign + place)
}

// SplitTag are the tags and the location that a Link.Tag was made of.
func SplitTag(tag string) (tags, place string) {
	at := strings.LastIndex(tag, placeSign)
	if at < 0 || at > 0 && tag[at-1] != ' ' {
		return tag, ""
	}
	return strings.TrimSpace(tag[:at]), tag[at+len(placeSign):]
}

// giveBack has a link that is taken out leave the location whose place it has taken, as far as a tag tells.
func (l *Link) giveBack(tag string) {
	if _, place := SplitTag(tag); place != "" {
		l.Location = &place
	}
}
