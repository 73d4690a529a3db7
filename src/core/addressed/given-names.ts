/** Given names that are common where English, German, Spanish and French are spoken: lower case, without accents. */
export const givenNames: ReadonlySet<string> = new Set(
  `
aaron adam adrian alain alba alberto alejandro alex alexander alexandre alfonso alice alicia alvaro amanda amelie amy ana
andre andrea andreas andres andrew angel angela angeles angelika anja ann anna anne anthony antoine anton antonia antonio
arthur ashley aurelie barbara beatriz ben benjamin benoit bernard bernd betty birgit bob brandon brenda brian brigitte camille
carlos carmen carol caroline carolyn carsten catherine celine charles charlotte cheryl chloe chris christian christina christine christophe christopher
claire clara claudia cristina cynthia daniel dave david deborah debra denise dennis diane diego dieter dirk dolores donna
eduardo edward elena elias elisabeth elizabeth ella elodie emil emilie emily emma enrique eric erika ethan eva evelyn
fabian felipe felix fernando finn florian francisca francisco francoise frank frederic frieda gabriel gabriele gary george gerhard gloria
gregory greta guillaume hannah hans harry heather heike heinz helen helene helga helmut henry holger horst hugo ida
ignacio ines ingrid irene isabel isabelle ivan jack jacob jacqueline jacques jade jaime james jan jana jane janet
janice jason javier jean jeffrey jennifer jens jeremy jerry jessica jesus jim jo joan joaquin joe johanna john
jonas jonathan jorg jorge jose josefa joseph joshua joyce juan judith judy jules julia julian julie julien juliette
jurgen justin kai karen karin karl kate katharina katherine kathleen kathryn katrin kelly kenneth kerstin kevin kimberly klaus
kyle laetitia larry lars laura lauren laurent lea lena leo leon leonie liam lina linda lisa logan lola
lorena louis louise luca lucas lucia lucy luis luisa lukas manfred manon manuel marco marcos margaret margarita margaux
maria marie marina mario mark marta martha martin martina martine mary mason mathieu mathilde matt matthew matthias max
maxime maximilian megan melissa mercedes mia michael michel michelle miguel mike monica monika moritz nadia nancy nathalie nathan
nicholas nick nicolas nicole niklas nils nina noah noelia nuria oliver olivia olivier oscar pablo pamela pascal patricia
patrick paul paula pauline pedro peter petra philipp philippe pierre pilar priya rachel rafael ralf ramon raphael raquel
raul raymond rebecca remy renate richard robert roberto rocio rodrigo rolf ronald rosa ruben ryan sabine sam samantha
samuel sandra sandrine santiago sara sarah scott sebastian sebastien sergio sharon shirley silke silvia simon sofia sophia sophie
stefan stefanie stephane stephanie stephen steve steven susan susana susanne sven svenja sylvie tanja teresa thierry thomas thorsten
tim timothy tobias tom tomas torsten tyler ursula ute uwe valerie veronique vicente victor victoria vincent virginie werner
william wolfgang yolanda
`
    .trim()
    .split(/\s+/u),
);
