#!/usr/bin/env bash
# Babel starts a Hungarian catalogue with one plural form, though its own data of Hungarian know two.
#
# One would expect: `pybabel init` gives a new catalogue as many forms as the language has by the CLDR data that come in the same
#   package, as GNU's msginit does: Hungarian has "one" and "other", and so have Turkish, Georgian and Persian.
# What happens (Babel 2.18.0): get_plural("hu") is (1, "0"), so the new .po says nplurals=1 and has one msgstr per text,
#   while Locale("hu").plural_form says "one" of 1 and "other" of 2. Five languages with a gettext rule in Babel (fa, hu, hy,
#   ka, tr) are told apart like this. init warns of "more translations than num_plurals" in a line of the template that it
#   made itself; nothing warns later, and ngettext answers for 1 with what was written for many.
# Whom it hurts: nouns do stay as they are after Hungarian numbers, so nobody notices until a singular leaves its number out
#   ("the deal", "{n} deals"): there is no place for it. Write "nplurals=2; plural=(n != 1)" into the header, and Babel
#   keeps to it, without a warning.
# Guess before running: two tables of one package agree. They do not.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check Babel==2.18.0
cat > texts.py <<'PY'
ngettext("the deal was lost", "%(n)d deals were lost", n)
PY
env/bin/pybabel --quiet extract -o texts.pot texts.py
env/bin/pybabel --quiet init -i texts.pot -l hu -o hu.po >said 2>&1
grep -q "more translations than num_plurals" said
cat > look.py <<'PY'
from babel import Locale, UnknownLocaleError
from babel.messages.plurals import PLURALS, get_plural
from babel.messages.pofile import read_po

with open("hu.po", "rb") as file:
    made = read_po(file)
print("pybabel init:", made.num_plurals, "form; CLDR:", Locale("hu").plural_form(1), "of 1,", Locale("hu").plural_form(2), "of 2")
assert made.num_plurals == 1 and get_plural("hu").num_plurals == 1
assert (Locale("hu").plural_form(1), Locale("hu").plural_form(2)) == ("one", "other")

apart = []
for code in PLURALS:
    try:
        rule = Locale.parse(code).plural_form
    except (UnknownLocaleError, ValueError):
        continue
    if get_plural(code).num_plurals == 1 and rule(1) != rule(2):
        apart.append(code)
print(len(apart), "languages have one form in one table and two in the other:", *sorted(apart))
assert sorted(apart) == ["fa", "hu", "hy", "ka", "tr"]
PY
env/bin/python look.py
sed -i 's/^"Plural-Forms.*/"Plural-Forms: nplurals=2; plural=(n != 1);\\n"/; s/^msgstr\[0\] .*/msgstr[0] "az ügylet elveszett"\nmsgstr[1] "%(n)d ügylet elveszett"/' hu.po
env/bin/pybabel --quiet compile -i hu.po -o hu.mo -l hu >said 2>&1
[ ! -s said ]
env/bin/python - <<'PY'
import gettext

with open("hu.mo", "rb") as file:
    said = gettext.GNUTranslations(file)
both = [said.ngettext("the deal was lost", "%(n)d deals were lost", n) for n in (1, 2)]
print("with the header changed:", both)
assert both == ["az ügylet elveszett", "%(n)d ügylet elveszett"]
PY
