package safe

// How to open an export, in both languages. The commands are run as they are
// written here by a test of the command line client.
const readmeFrench = `VOTRE COFFRE, EN ENTIER

Cette archive contient tout ce qui est dans votre coffre. Tout y est chiffré :
sans votre clé papier, votre phrase de passe ou votre clé d'accès, personne ne
peut le lire.

  documents/   vos documents chiffrés
  inbox/       les dépôts que vous n'avez pas encore acceptés, chiffrés
  grants/      pour chacun, la clé qui l'ouvre, elle-même chiffrée pour vous
  keyring/     votre trousseau, une copie chiffrée par moyen de déverrouillage
  keyring.json le même trousseau, tel que le serveur le garde
  manifest.age la liste signée de vos documents : noms, tailles, dossiers
  issuers.json les clés publiques de qui a déposé des documents, avec les preuves
               du journal ; s'il y a eu un dépôt
  requests.json ce que des administrations vous ont demandé, signé par elles, et
               ce que vous vous êtes écrit, chiffré ; s'il y a eu une demande
  notices.age  comment et à quelle adresse vous avez choisi d'être prévenu,
               chiffré ; si vous l'avez choisi : age -d -i vault.key notices.age
  journal.json tout ce qui est arrivé à votre coffre, avec les preuves
  receipt.json la liste et les empreintes de ce que contient cette archive

LE PLUS SIMPLE : le programme « coffre », sans connexion

  coffre open safe.zip --out mes-documents

Il demande votre clé papier (24 mots) ou votre phrase de passe (7 mots),
vérifie tout, et remet chaque document sous son nom.

AVEC LE PROGRAMME LIBRE « age » (version 1.3 ou plus récente)

Une fois l'archive décompressée, dans son dossier :

  1. la clé de votre coffre, tirée de vos mots :
       coffre identity --zip safe.zip > vault.key
  2. la clé d'un document ; ID est son identifiant (26 lettres et chiffres) :
       age -d -i vault.key -o document.key grants/ID.age
  3. son nom (name) et sa taille (size), à la première ligne :
       head -n 1 document.key
  4. le document lui-même ; TAILLE est le nombre lu à l'étape 3 :
       age -d -i document.key documents/ID.age | head -c TAILLE > document
  5. à la fin, effacez les clés :
       rm vault.key document.key

SANS AUCUN DE NOS PROGRAMMES

L'étape 1 se refait avec n'importe quel langage. P est l'entropie BIP39 (32
octets) de vos 24 mots. « dériver » est HKDF-SHA256, sel vide, 32 octets.

  - graine = dériver(P, "coffre/v1/unlock/age") ; écrite en Bech32 majuscule
    avec le préfixe AGE-SECRET-KEY-PQ-, c'est une identité age : unlock.key
  - age -d -i unlock.key keyring/paper-*.age | tail -c +65
    donne un texte JSON ; prenez « seed » du dernier élément de « seeds »
    (plusieurs copies de ce nom : l'une d'elles s'ouvre avec votre clé)
  - dériver(seed, "coffre/v1/vault/age"), écrite de même, est vault.key ;
    si une clé a été retirée, faites-le pour chaque élément, une ligne chacun

Pour une phrase de passe, P = dériver(les 7 mots en minuscules, normalisés
NFKD, séparés par un espace ; "coffre/v1/unlock/passphrase"), et la copie est
keyring/passphrase-*.age.
`

const readmeEnglish = `YOUR WHOLE SAFE

This archive holds everything that is in your safe. All of it is sealed:
without your paper key, your passphrase or your passkey nobody can read it.

  documents/   your sealed documents
  inbox/       deposits that you have not accepted yet, sealed
  grants/      for each, the key that opens it, itself sealed for you
  keyring/     your keyring, one sealed copy for each way to unlock
  keyring.json the same keyring, as the server keeps it
  manifest.age the signed list of your documents: names, sizes, folders
  issuers.json the public keys of who has deposited documents, with the proofs of
               the journal; if there was a deposit
  requests.json what administrations asked you, signed by them, and what you
               wrote to each other, sealed; when anything was asked
  notices.age  how and at which address you chose to be told of news, sealed;
               when you chose it: age -d -i vault.key notices.age
  journal.json everything that happened to your safe, with the proofs
  receipt.json what this archive holds, with hashes

THE EASY WAY: the program "coffre", offline

  coffre open safe.zip --out my-documents

It asks for your paper key (24 words) or your passphrase (7 words), checks
everything, and gives each document back under its name.

WITH THE FREE PROGRAM "age" (version 1.3 or later)

In the folder where you unpacked the archive:

  1. the key of your safe, from your words:
       coffre identity --zip safe.zip > vault.key
  2. the key of one document; ID is its identifier (26 letters and digits):
       age -d -i vault.key -o document.key grants/ID.age
  3. its name and its size, in the first line:
       head -n 1 document.key
  4. the document itself; SIZE is the number from step 3:
       age -d -i document.key documents/ID.age | head -c SIZE > document
  5. in the end, remove the keys:
       rm vault.key document.key

WITH NONE OF OUR PROGRAMS

Step 1 can be done again in any language. P is the BIP39 entropy (32 bytes)
of your 24 words. "derive" is HKDF-SHA256, empty salt, 32 bytes.

  - seed = derive(P, "coffre/v1/unlock/age"); in upper-case Bech32 with the
    prefix AGE-SECRET-KEY-PQ-, that is an age identity: unlock.key
  - age -d -i unlock.key keyring/paper-*.age | tail -c +65
    gives JSON; take "seed" (base64) of the last item of "seeds"
    (several copies of this name: one of them opens with your key)
  - derive(seed, "coffre/v1/vault/age"), written likewise, is vault.key;
    after a key was removed, do so with each item, one line each

For a passphrase, P = derive(the 7 words in lower case, NFKD, joined by one
space; "coffre/v1/unlock/passphrase"), and the copy is
keyring/passphrase-*.age.
`
