import type { Language } from "./languages.ts";

/** What stands in every text of a language, and what only asks: neither tells what a question is about. */
export const foreignStopWords: Readonly<Record<Exclude<Language, "en">, ReadonlySet<string>>> = {
  de: listed(`ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf
    aus bei beim bekomme bekommen benötige benötigen bin bis bist bitte brauche brauchen da dabei dafür damit dann daran
    darauf darf das dass davon dazu dein deine dem den denn der des dessen dich die dies diese diesem diesen dieser dieses
    dir doch dort du durch ein eine einem einen einer eines einige einmal er es etwas euch euer eure für funktioniert gab
    geben gegen geht gehen gerne gibt hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer
    ihres im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kannst kein keine keinem keinen keiner können
    könnt könnte lasse lassen lässt machen macht man mehr mein meine meinem meinen meiner meines mich mir mit möchte
    möchten möglich muss müssen musste nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen
    seiner seit selbst sich sie sind so soll sollen sollte sondern um und uns unser unsere unserem unseren unserer unter
    viel viele vom von vor wann war waren warum was weil welche welchem welchen welcher welches wem wen wenn wer werde
    werden wie wieso will wir wird wo wofür woher wohin wollen worden wurde wurden würde würden zu zum zur zwischen über`),
  es: listed(`a al algo algún alguna algunas algunos allí ante antes aquel aquella aquí así aun aunque ayuda bien cada casi
    como con contra cosa cosas cual cuales cualquier cuando cuanta cuánta cuántas cuanto cuánto cuántos cuál cuáles cuándo
    cómo da dar de debe deben debo decir deja del desde deseo dice donde dónde durante e el ella ellas ello ellos en
    entonces entre era eran eres es esa esas ese eso esos esta está están estaba estado estar estas este esto estos estoy
    existe fue fueron funciona ha haber había habrá hace hacer haces hacia hago han hasta hay haya he hola la las le les
    lo los luego me mi mis misma mismo mucha muchas mucho muchos muy más mí nada ni ningún ninguna no nos nosotros nuestra
    nuestras nuestro nuestros o os otra otras otro otros para pero poco podemos poder podría por porque posible pueda puede
    pueden puedo pues que quiere quiero quien quién quisiera qué se sea ser será si sido siempre sin sobre solo son soy su
    sus suya sí sólo tal también tan tanto te tendrá tener tengo ti tiene tienen toda todas todo todos tras tu tus u un
    una unas uno unos usted ustedes va van vez voy y ya yo necesito él ésta éste`),
  fr: listed(`a afin ai aider ainsi alors après as au aucun aucune aussi autre autres aux avant avec avez avoir avons c ce
    ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment d dans de depuis des deux devrait
    dois doit doivent donc dont du elle elles en encore entre es est et étaient était étant été être eu eux existe faire
    fait faut fonctionne fois font ici il ils j jamais je l la le les leur leurs lors lorsque lui là m ma mais me merci mes
    moi moins mon même n ne ni non nos notre nous ont on ou où par parce pas peu peut peuvent peux plus plusieurs possible
    pour pourquoi pourrait pouvez puis qu quand que quel quelle quelles quelque quelques quels qui quoi s sa sans
    se sera serait ses si soi soit son sont sous souhaite suis sur t ta te tes toi ton toujours tous tout toute toutes très
    trop tu un une va vais vers veut veux voici vos votre voudrais vous y à ça`),
  it: listed(`a abbiamo ad agli ai al alla alle allo allora altra altre altri altro anche ancora aver avere bisogno c che
    chi ci cioè coi col come con cosa così cui d da dagli dai dal dalla dalle dallo degli dei del dell della delle dello
    deve devo di dopo dove dovrebbe due e ed era essere fa fare faccio fra funziona gli ha hai hanno ho i il in io l la le
    lei li lo loro ma me mi mia mie miei mio molto ne negli nei nel nell nella nelle nello nessun nessuna noi non nostra
    nostre nostri nostro o ogni oppure per perché perciò però più poco poi possibile posso possono prima può puoi qual
    quale quali qualche quando quanta quante quanti quanto quella quelle quelli quello questa queste questi questo qui
    quindi s sarà se sei sempre senza si sia siamo solo sono sta stato sto su sua sue sugli sui sul sulla sulle suo suoi
    sì te ti tra tu tua tue tuo tuoi tutta tutte tutti tutto un una uno vi vogliamo voglio voi vorrei vostra vostro è`),
  nl: listed(`aan al alle alles als altijd ander andere anders bent bij ben daar daarom dan dat de deze die dit doe doen
    door dus een eens en er gaan gaat geen geven ging graag had heb hebben heeft hem hen het hier hij hoe hoeveel hun ik
    in is ja je jij jouw jullie kan krijg krijgen kun kunnen maar mag maken mee meer men met mij mijn moet moeten mogelijk
    na naar niet niets nodig nog nu of om omdat onder ons onze ook op over te tegen toch toe tot u uit uw van veel via
    voor waar waarom wanneer want waren was wat we weer wel welk welke werd werken werkt wie wij wil willen worden wordt
    zal ze zelf zich zij zijn zo zonder zou zouden`),
  pt: listed(`a acho ainda ajuda algo algum alguma algumas alguns ao aos aquela aquele aqui as assim até cada com como da
    das de dela dele deles depois desde deve devo do dos e ela elas ele eles em entre era essa essas esse esses esta estas
    este estes estou está estão eu existe faz fazer faço foi for foram funciona gostaria há isso isto já lhe lá mais mas me
    mesma mesmo meu meus minha minhas muita muito muitos na nas nem nenhum no nos nossa nosso não nós num numa o obter onde
    os ou outra outras outro outros para pela pelas pelo pelos pode podem poder por porque porquê posso possível preciso
    pra qual quais quando quanta quanto quantos que quem quer quero se seja sem sempre ser será seu seus si sobre somente
    sou sua suas são só também te tem tenho ter todo toda todas todos tu tua tudo têm um uma umas uns vai vou você vocês à
    às é`),
  ru: listed(`а без более бы был была были было быть в вам вас ваш весь во вот все всего всех вы где да даже для до его ее
    ей ему если есть ещё еще её же за здесь и из или им иметь имеет их к как какая какие какой какую когда который которая
    которое которые кто ли либо лучше меня мне много могу может можете можно мой моя мою мои моего моей мы на надо нам нас
    наш не него нее ней нельзя нет ни них но ну нужно о об один они оно она он от очень по под помогите после почему при
    про раз с сам себя сделать сейчас со так также такой там те тем то того тоже только том тот ту ты у уже хочу хотел
    чего чем что чтобы эта эти это этого этой этом этот этих я делать работает`),
};

/** With and without their accents: people leave them out. */
function listed(words: string): ReadonlySet<string> {
  const all = words.trim().split(/\s+/);
  return new Set([...all, ...all.map((word) => word.normalize("NFD").replace(/\p{M}/gu, ""))]);
}
