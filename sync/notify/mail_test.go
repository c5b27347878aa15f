package notify_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"zoomtag/sync/api"
)

// post is a mail server that keeps what it gets.
type post struct {
	mu    sync.Mutex
	mails []letter
}

type letter struct {
	to   []string
	text string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{post: p}, nil }

type delivery struct {
	post *post
	to   []string
}

func (d *delivery) Reset() { d.to = nil }

func (d *delivery) Logout() error { return nil }

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }

func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	d.post.mu.Lock()
	defer d.post.mu.Unlock()
	d.post.mails = append(d.post.mails, letter{d.to, string(text)})
	return err
}

// TestMail: one mail tells all that is new; what is about an event goes to the owner of its calendar.
func TestMail(t *testing.T) {
	p := &post{}
	server := smtp.NewServer(p)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	w := newWorld(t, fmt.Sprintf("- mail: { to: admin@example.com, from: zoomtag@example.com, server: \"smtp://%s\", "+
		"owners: true }\n", l.Addr()))
	other := signIn
	other.ID, other.Title = "other", "Calendar club\r\nBcc: all@example.com"
	w.conditions = []api.Condition{signIn, other, event}
	w.looks(0)
	w.looks(time.Hour)
	if len(p.mails) != 2 {
		t.Fatalf("%d mails, want one to the admin and one to the owner", len(p.mails))
	}
	first, second := p.mails[0], p.mails[1]
	if first.to[0] != "admin@example.com" || !strings.Contains(first.text, "Subject: zoomtag: 2 problems") ||
		!strings.Contains(first.text, "Run zoomtag auth google.") ||
		!strings.Contains(first.text, "Auto-Submitted: auto-generated") {
		t.Errorf("to %s:\n%s", first.to, first.text)
	}
	if second.to[0] != "alice@example.com" || !strings.Contains(second.text, "Subject: zoomtag: Tea") {
		t.Errorf("to %s:\n%s", second.to, second.text)
	}
	header, _, _ := strings.Cut(first.text, "\r\n\r\n")
	if strings.Contains(header, "\nBcc") {
		t.Errorf("a title has written a header:\n%s", header)
	}
}
