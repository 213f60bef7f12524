package notice

import (
	"strings"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// words is a message in one language; {place}, {page} and {code} are filled in.
// No message says who or what: a mail may be read on its way.
type words struct{ subject, body string }

func texts(language, topic string) words {
	if language == "en" {
		return english(topic)
	}
	return french(topic)
}

func french(topic string) words {
	const end = `

Ce message ne dit rien de plus, parce qu'un e-mail peut être lu en chemin. Nous ne
demandons jamais par e-mail une clé papier, une phrase de passe ni un document.

Vous l'avez demandé dans votre coffre. Pour ne plus rien recevoir, ou changer
d'adresse : la page « Me prévenir » de votre coffre.`
	switch topic {
	case safe.TopicCode:
		return words{"Votre code pour recevoir les messages du coffre", `Bonjour,

Pour recevoir ici les messages de votre coffre ({place}), tapez ce code dans la
page « Me prévenir » :

    {code}

Il est valable une heure. Ne le donnez à personne.

Vous n'avez rien demandé ? Ne faites rien : rien d'autre ne vous sera envoyé, et
cette adresse sera effacée.`}
	case safe.TopicImportant:
		return words{"Important : regardez votre coffre aujourd'hui", `Bonjour,

Quelque chose d'important se passe dans votre coffre ({place}). Regardez-le
aujourd'hui, surtout si vous n'attendez rien :

    {page}` + end}
	default:
		return words{"Du nouveau dans votre coffre", `Bonjour,

Il y a du nouveau dans votre coffre ({place}). Pour le voir :

    {page}` + end}
	}
}

func english(topic string) words {
	const end = `

This message says nothing more, because an e-mail may be read on its way. We never
ask by e-mail for a paper key, a passphrase or a document.

You asked for it in your safe. To receive nothing any more, or change the address:
the page "Keep me informed" of your safe.`
	switch topic {
	case safe.TopicCode:
		return words{"Your code for the messages of your safe", `Hello,

To receive the messages of your safe here ({place}), type this code in the page
"Keep me informed":

    {code}

It is good for an hour. Give it to nobody.

You have asked for nothing? Do nothing: nothing else will be sent to you, and this
address will be erased.`}
	case safe.TopicImportant:
		return words{"Important: look at your safe today", `Hello,

Something important is going on in your safe ({place}). Look at it today, above all
if you expect nothing:

    {page}` + end}
	default:
		return words{"News in your safe", `Hello,

There is news in your safe ({place}). To see it:

    {page}` + end}
	}
}

func (w words) filled(place, page, code string) words {
	r := strings.NewReplacer("{place}", place, "{page}", page, "{code}", code)
	return words{w.subject, r.Replace(w.body) + "\n"}
}
