package rest

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// isPage reports whether a body is a web page, or a part of one, and not what a service says to programs.
func isPage(body []byte) bool {
	tokens := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch tokens.Next() {
		case html.DoctypeToken:
			return strings.HasPrefix(strings.ToLower(tokens.Token().Data), "html")
		case html.StartTagToken:
			return pageBegins[tokens.Token().DataAtom]
		case html.CommentToken: // also <?xml … ?>
		case html.TextToken:
			if strings.Trim(string(tokens.Text()), " \t\r\n\f\ufeff") != "" {
				return false
			}
		default:
			return false
		}
	}
}

// pageBegins are elements with which pages begin, also those that nobody has finished.
var pageBegins = map[atom.Atom]bool{atom.Html: true, atom.Head: true, atom.Body: true, atom.Title: true,
	atom.Meta: true, atom.Center: true,
	atom.H1: true, atom.H2: true, atom.P: true, atom.Div: true, atom.Pre: true, atom.Script: true, atom.Style: true}

// pageWords is a page's title, or else its first words.
func pageWords(page []byte) string {
	tokens := html.NewTokenizer(bytes.NewReader(page))
	var in atom.Atom
	var said strings.Builder
	for {
		switch tokens.Next() {
		case html.ErrorToken: // the end, maybe in the middle of something
			return said.String()
		case html.StartTagToken:
			in = tokens.Token().DataAtom
			said.WriteByte(' ')
		case html.EndTagToken:
			in = 0
			said.WriteByte(' ')
		case html.TextToken:
			text := tokens.Token().Data
			if in == atom.Title && strings.TrimSpace(text) != "" {
				return text
			}
			if in != atom.Script && in != atom.Style {
				said.WriteString(text)
			}
		}
	}
}
