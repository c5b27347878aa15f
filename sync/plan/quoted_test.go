package plan

import (
	"html"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

// headers are those of quoted mails, in the languages that mail programs speak, with the line that says who wrote when.
var headers = map[string]struct{ header, wrote string }{
	"English": {"From: Alice <alice@example.com>\nSent: Monday, 4 January 2027 10:00\nTo: Bob\nSubject: x",
		"On Mon, Jan 4, 2027 at 10:00 AM Alice <alice@example.com> wrote:"},
	"German": {"Von: Alice\nGesendet: Montag, 4. Januar 2027\nAn: Bob\nBetreff: x",
		"Am 04.01.2027 um 10:00 schrieb Alice:"},
	"French": {"De : Alice\nEnvoyé : lundi 4 janvier 2027\nÀ : Bob\nObjet : x",
		"Le lun. 4 janv. 2027 à 10:00, Alice a écrit :"},
	"Spanish": {"De: Alice\nEnviado el: lunes\nPara: Bob\nAsunto: x",
		"El lun, 4 ene 2027 a las 10:00, Alice escribió:"},
	"Italian": {"Da: Alice\nInviato: lunedì\nA: Bob\nOggetto: x",
		"Il giorno lun 4 gen 2027 alle ore 10:00 Alice ha scritto:"},
	"Portuguese": {"De: Alice\nEnviada em: segunda-feira\nPara: Bob\nAssunto: x",
		"Em seg., 4 de jan. de 2027 às 10:00, Alice escreveu:"},
	"Dutch": {"Van: Alice\nVerzonden: maandag\nAan: Bob\nOnderwerp: x",
		"Op ma 4 jan 2027 om 10:00 schreef Alice:"},
	"Polish": {"Od: Alice\nWysłano: poniedziałek\nDo: Bob\nTemat: x", "pon., 4 sty 2027 o 10:00 Alice napisał(a):"},
	"Swedish": {"Från: Alice\nSkickat: den 4 januari\nTill: Bob\nÄmne: x",
		"Den mån 4 jan. 2027 kl 10:00 skrev Alice:"},
	"Danish":    {"Fra: Alice\nSendt: 4. januar\nTil: Bob\nEmne: x", "Den man. 4. jan. 2027 kl. 10.00 skrev Alice:"},
	"Norwegian": {"Fra: Alice\nDato: mandag\nTil: Bob\nEmne: x", "man. 4. jan. 2027 kl. 10:00 skrev Alice:"},
	"Finnish": {"Lähettäjä: Alice\nLähetetty: maanantai\nVastaanottaja: Bob\nAihe: x",
		"ma 4. tammik. 2027 klo 10.00 Alice kirjoitti:"},
	"Czech": {"Od: Alice\nOdesláno: pondělí\nKomu: Bob\nPředmět: x",
		"po 4. 1. 2027 v 10:00 odesílatel Alice napsal:"},
	"Russian": {"От: Alice\nОтправлено: 4 января\nКому: Bob\nТема: x",
		"пн, 4 янв. 2027 г. в 10:00, Alice написал(а):"},
	"Turkish": {"Kimden: Alice\nGönderildi: Pazartesi\nKime: Bob\nKonu: x",
		"Alice, 4 Oca 2027 Pzt, 10:00 tarihinde şunu yazdı:"},
	"Japanese": {"差出人: Alice\n送信日時: 2027年1月4日\n宛先: Bob\n件名: x", "2027年1月4日(月) 10:00 Alice <alice@example.com>:"},
	"Chinese":  {"发件人: Alice\n发送时间: 2027年1月4日\n收件人: Bob\n主题: x", "Alice 于2027年1月4日周一 10:00写道："},
	"Apple Mail": {"From: Alice\nSubject: x\nDate: 4 January 2027\nTo: Bob",
		"On 4 Jan 2027, at 10:00, Alice <alice@example.com>\nwrote:"},
	"Gmail": {"---------- Forwarded message ---------\nFrom: Alice\nDate: x\nSubject: y",
		"On Mon, Jan 4, 2027 at 10:00 AM Alice Longname\n<alice@example.com>\nwrote:"},
	"Bulgarian": {"От: Alice\nИзпратено: понеделник\nДо: Bob\nОтносно: x",
		"На пн, 4.01.2027 г. в 10:00 Alice <alice@example.com> написа:"},
	"Catalan": {"De: Alice\nEnviat: dilluns\nPer a: Bob\nAssumpte: x",
		"Missatge de Alice <alice@example.com> del dia dl., 4 de gen. 2027 a les 10:00:"},
	"Croatian": {"Šalje: Alice\nPoslano: ponedjeljak\nPrima: Bob\nPredmet: x", "pon, 4. sij 2027. u 10:00 Alice napisao je:"},
	"Estonian": {"Saatja: Alice\nSaadetud: esmaspäev\nAdressaat: Bob\nTeema: x", "Alice kirjutas kuupäeval 4.01.2027 10:00:"},
	"Hebrew": {"מאת: Alice\nנשלח: יום שני\nאל: Bob\nנושא: x",
		"\u202bבתאריך יום ב׳, 4 בינו׳ 2027 ב-10:00 מאת \u202aAlice\u202c\u200f <\u202aalice@example.com\u202c\u200f>:\u202c"},
	"Latvian":    {"No: Alice\nNosūtīts: pirmdiena\nKam: Bob\nTēma: x", "2027-01-04 10:00 Alice rakstīja:"},
	"Lithuanian": {"Nuo: Alice\nIšsiųsta: pirmadienis\nKam: Bob\nTema: x", "2027-01-04 10:00, Alice rašė:"},
	"Slovene":    {"Od: Alice\nPoslano: ponedeljek\nZa: Bob\nZadeva: x", "V pon., 4. jan. 2027 ob 10:00 je Alice napisala:"},
	"no date":    {"From: Alice <alice@example.com>\nTo: Bob\nSubject: x", "On 04/01/2027, Alice wrote:"},
	"hyphens": {"\u2010\u2010\u2010\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\u2010\u2010\u2010",
		"On Monday, January 4th, 2027 at 10:00, Alice wrote:"},
	"bold": {"*From:* Alice\n*Sent:* Monday\n*To:* Bob\n*Subject:* x", "*On 4 Jan 2027, Alice wrote:*"},
}

// TestQuotedMail: neither a wish nor a refusal counts in quoted mail, and both do above it.
func TestQuotedMail(t *testing.T) {
	asks := func(t *testing.T, ev calendar.Event, want bool) {
		t.Helper()
		if w := FindWish(&ev, testRules); w.Asked != want {
			t.Errorf("asked %v, refused by %q, want %v:\n%s", w.Asked, w.Refused, want, ev.Description)
		}
	}
	for name, mail := range headers {
		t.Run(name, func(t *testing.T) {
			for _, head := range []string{mail.header, mail.wrote} {
				asks(t, calendar.Event{Description: "Hi\n\n" + head + "\n\nuse #zoom"}, false)
				asks(t, calendar.Event{Title: "x #zoom", Description: "Hi\n\n" + head + "\n\n#nozoom"}, true)
				asks(t, calendar.Event{Description: "#zoom\n\n" + head + "\n\nno"}, true)
				body := "<p>Hi</p><hr>" + paragraphs(head) + "<p>use #zoom</p>"
				asks(t, calendar.Event{HTML: true, Description: "<html><body>" + body + "</body></html>"}, false)
				asks(t, calendar.Event{HTML: true, Title: "#zoom", Description: body + "#nozoom"}, true)
			}
		})
	}
}

func paragraphs(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "</p><p>") + "</p>"
}

// TestNotTheOwners: other places in which no wish counts, and some that look like them and are the owner's.
func TestNotTheOwners(t *testing.T) {
	block := calendar.BlockFirst + "\nJoin: https://us02web.zoom.us/j/85000000001\n" + calendar.BlockLast
	mail := "From: a\nSent: b\nSubject: c\n\nwords\n\n"
	for name, tt := range map[string]struct {
		text string
		html bool
		want bool
	}{
		"Outlook for Windows": {`Hi<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p><b>Qui:</b> a<br><b>Quando:</b> b<br>` +
			`<b>Cosa:</b> c</p></div><p>#zoom</p>`, true, false},
		"a line above words of the owner's": {`<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>Agenda</p></div><p>#zoom</p>`, true, true},
		"Outlook on the web":                {`Hi<hr><div id="x_divRplyFwdMsg"><b>Qui:</b> a<br><b>Quando:</b> b<br><b>Cosa:</b> c</div><div>#zoom</div>`, true, false},
		"Gmail": {`Hi<div class="gmail_quote"><div class="gmail_attr">x</div>#zoom</div>`,
			true, false},
		"below Gmail":                {`Hi<div class="gmail_quote"><div>x</div></div><div>#zoom</div>`, true, true},
		"Outlook's copy of Gmail":    {`Hi<div class="x_gmail_quote">#zoom</div>`, true, false},
		"a signature of Gmail":       {`Hi<div class="gmail_signature">Ann #zoom</div>`, true, false},
		"below a signature of Gmail": {`Hi<div class="gmail_signature">Ann</div>#zoom`, true, true},
		"an open signature":          {`Hi<div class="gmail_signature">Ann #zoom`, true, false},
		"a signature":                {"Hi\n-- \nAnn\n#zoom", false, false},
		"a signature out of HTML":    {"Hi\n--\u00a0\nAnn\n#zoom", false, false},
		"Thunderbird":                {`Hi<div class="moz-cite-prefix">On 1/4/27 10:00, Ann wrote:<br></div><p>#zoom</p>`, true, false},
		"GMX":                        {`Hi<div name="quote" style="border-left:2px solid #C3D9E5">#zoom</div>`, true, false},
		"Zimbra":                     {`Hi<div data-marker="__QUOTED_TEXT__">#zoom</div>`, true, false},
		"Zimbra's signature":         {`Hi<div data-marker="__SIG_PRE__">#zoom</div>`, true, false},
		"Outlook's reply":            {`Hi<div id="mail-editor-reference-message-container"><div>x</div>#zoom</div>`, true, false},
		"places and a heading":       {"From: Berlin\nTo: Munich\nSubject: Journey\n#zoom", false, true},
		"a ruler":                    {"Hi\n--\n#zoom", false, true},
		"an answer below":            {"On 4 Jan 2027 10:00, Ann wrote:\n> x\n\nfine, #zoom", false, true},
		"a timetable":                {"From: Berlin\nTo: Munich\nDate: Monday\n#zoom", false, true},
		"the owner's sentence":       {"Bob wrote:\n#zoom", false, true},
		"the owner's heading":        {"10:00 what Ann wants:\n#zoom", false, true},
		"a line before who wrote":    {"Meet at 10:00 #zoom\nBob wrote:\nx", false, true},
		"below our block":            {mail + block + "\n#zoom", false, true},
		"above our block":            {mail + "#zoom\n\n" + block, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			if w := FindWish(&calendar.Event{Description: tt.text, HTML: tt.html}, testRules); w.Asked != tt.want {
				t.Errorf("asked %v, want %v", w.Asked, tt.want)
			}
		})
	}
}
