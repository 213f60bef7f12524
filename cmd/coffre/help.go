package main

import (
	"flag"
	"fmt"
	"strings"
)

// group is a heading of the overview with its commands.
type group struct {
	title    string
	commands []command
}

func (a *app) groups() []group {
	return []group{
		{a.tr("Se connecter", "Log in"), []command{a.loginCommand(), a.logoutCommand(), a.whoamiCommand(), a.termsCommand(), a.initCommand(), a.keysCommand()}},
		{a.tr("Documents", "Documents"), []command{a.putCommand(), a.lsCommand(), a.getCommand(), a.renameCommand(), a.moveCommand(), a.rmCommand()}},
		{a.tr("Partages", "Shares"), []command{a.shareCommand(), a.sharesCommand(), a.unshareCommand(), a.administrationsCommand()}},
		{a.tr("Demandes de pièces", "Requests for documents"), []command{a.requestsCommand(), a.kindsCommand(), a.adminCommand()}},
		{a.tr("Dépôts", "Deposits"), []command{a.inboxCommand(), a.addressCommand(), a.noticesCommand()}},
		{a.tr("Gardiens", "Guardians"), []command{a.custodiansCommand(), a.recoverCommand(), a.custodyCommand()}},
		{a.tr("Journal et archive", "Journal and archive"), []command{a.journalCommand(), a.receiptCommand(), a.exportCommand(), a.openCommand(), a.verifyCommand(), a.identityCommand()}},
		{a.tr("Administrations", "Administrations"), []command{a.receivedCommand(), a.fetchCommand(), a.tokenCommand(), a.depositCommand(), a.webhooksCommand()}},
	}
}

func (a *app) command(name string) (command, bool) {
	for _, g := range a.groups() {
		for _, c := range g.commands {
			if c.name == name {
				return c, true
			}
		}
	}
	return command{}, false
}

func (a *app) overview() string {
	var b strings.Builder
	b.WriteString(a.tr("coffre : votre coffre en ligne de commande\n\nUsage : coffre COMMANDE [options] [arguments]\n", "coffre: your safe on the command line\n\nUsage: coffre COMMAND [options] [arguments]\n"))
	for _, g := range a.groups() {
		fmt.Fprintf(&b, "\n%s\n", g.title)
		for _, c := range g.commands {
			fmt.Fprintf(&b, "  %-16s %s\n", c.name, c.short)
		}
	}
	b.WriteString(a.tr(`
Le détail d'une commande : coffre help COMMANDE

La clé papier ou la phrase de passe est demandée au terminal, ou lue dans le fichier
de --secret-file ou de COFFRE_SECRET_FILE ; jamais un argument. COFFRE_SERVER indique
le coffre quand --server manque. Ce qui est retenu est dans $XDG_CONFIG_HOME/coffre.

Codes de sortie : 0 fait ; 1 pas fait, le message dit quoi faire ; 2 commande mal
écrite ; 3 alerte : une signature, une empreinte ou une preuve ne va pas.`,
		`
Details of a command: coffre help COMMAND

The paper key or the passphrase is asked for on the terminal, or read from the file of
--secret-file or COFFRE_SECRET_FILE; never an argument. COFFRE_SERVER names the safe
when --server is missing. What is remembered is in $XDG_CONFIG_HOME/coffre.

Exit codes: 0 done; 1 not done, the message says what to do; 2 command not understood;
3 alarm: a signature, a hash or a proof is wrong.`))
	return b.String()
}

func (a *app) help(args []string) error {
	if len(args) == 0 {
		a.say("%s", a.overview())
		return nil
	}
	c, ok := a.command(args[0])
	if !ok {
		return a.usage(a.tr("commande inconnue « %s ». La liste : coffre help", "unknown command %q. The list: coffre help"), clean(args[0]))
	}
	a.say("coffre %s : %s\n\n%s", c.name, c.short, a.usageLine(c))
	if c.long != "" {
		a.say("\n%s", c.long)
	}
	a.options(c)
	return nil
}

func (a *app) usageLine(c command) string {
	return strings.TrimRight(fmt.Sprintf(a.tr("Usage : coffre %s [options] %s", "Usage: coffre %s [options] %s"), c.name, c.args), " ")
}

func (a *app) options(c command) {
	first := true
	c.flagSet(a).VisitAll(func(f *flag.Flag) {
		if first {
			a.say("\nOptions")
			first = false
		}
		value, text := flag.UnquoteUsage(f)
		if b, ok := f.Value.(interface{ IsBoolFlag() bool }); ok && b.IsBoolFlag() {
			value = ""
		}
		a.say("%s", strings.TrimRight("  --"+f.Name+" "+value, " "))
		a.say("      %s", text)
	})
}
