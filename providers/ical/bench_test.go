package ical

import (
	"bytes"
	"fmt"
	"testing"
)

// typical is an event as calendar apps write it, of about 1.5 kB.
func typical(n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\nVERSION:2.0\r\n")
	fmt.Fprintf(&b, berlin1601, "Europe/Berlin")
	for i := range n {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d-5f6d@example.com\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:20260302T100000\r\n"+
			"DTEND;TZID=Europe/Berlin:20260302T110000\r\nSUMMARY:Weekly review of everything\r\nLOCATION:Room 12\\, "+
			"3rd floor\r\n"+
			"DESCRIPTION:Agenda:\\n1. What was done in the week that has passed and wh\r\n at remains to be "+
			"done\\n2. Budget\\, travel\\, rest\\n3. Any other business th\r\n at somebody wants to bring up\r\n", i)
		for _, name := range []string{"alice", "bob", "carol"} {
			fmt.Fprintf(&b, "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=T\r\n "+
				"RUE;CN=%s:mailto:%s@example.com\r\n", name, name)
		}
		b.WriteString("TRANSP:OPAQUE\r\nSEQUENCE:1\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.Bytes()
}

func BenchmarkLook(b *testing.B) {
	raw := typical(1)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Look(raw, DefaultLimits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1, 500} {
		b.Run(fmt.Sprintf("events=%d", n), func(b *testing.B) {
			raw := typical(n)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(raw, DefaultLimits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLower(b *testing.B) {
	raw := typical(1)
	var buf []byte
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		buf = Lower(buf[:0], raw)
	}
}

func BenchmarkSetLink(b *testing.B) {
	raw := typical(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := SetLink(raw, "0-5f6d@example.com", set()); err != nil {
			b.Fatal(err)
		}
	}
}
