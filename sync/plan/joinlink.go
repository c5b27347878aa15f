package plan

// Links returns what in a text looks like an http(s) link, in order.
func Links(text string) []string { return links(text) }

// Unwrap is a link without the link checkers of Google and Outlook that mail and calendar apps wrap around it.
func Unwrap(link string) string {
	for range maxWrapped {
		u, ok := splitURL(link)
		if !ok {
			break
		}
		inner := u.inside()
		if inner == "" {
			break
		}
		link = inner
	}
	return link
}

// ServiceOf names the conference service that a link leads to; "" where that is not known.
func ServiceOf(link string) string {
	c, _ := classify(link, maxWrapped)
	return c.Name
}
