/** Words of the languages that are told apart by them; greetings too, since messages are short. */
export const COMMON_WORDS: Readonly<Record<string, string>> = {
  en: 'the and of to is are was were you your i my it this that for with have has not can could would please what how why when where who which do does did will be been from at on by an or if we they he she me hello hi thanks help need want am there',
  es: 'el los las y es son está están un una que de la en por para con no se lo su mi tu yo usted hola gracias cómo qué cuándo dónde por porque pero más muy tengo quiero necesito puede favor como este esta al del le ha hay ser ayuda',
  fr: 'le les et est sont un une des que de la en pour pas avec ne se ce cette vous je nous il elle mon ma mes votre bonjour merci comment pourquoi quand où qui dans sur au aux du mais plus très ai suis avez besoin peux pouvez quel quelle être',
  de: 'der die das und ist sind war ein eine einen nicht ich sie wir mit für auf zu den dem des von im es mein meine ihr hallo danke bitte wie was warum wann wo wer kann können habe haben wird aber sehr auch noch nach bei wenn oder brauche',
  pt: 'o os as e é são um uma que de da do em no na para com não se eu você meu minha olá obrigado obrigada como por porque quando onde quem mas mais muito está tenho quero preciso pode isso este esta foi ser ao dos das',
  it: 'il lo gli e è sono un una che di la in per con non si mi io tu noi ciao grazie come perché quando dove chi ma più molto ho hai questo questa della del dei nel alla può vorrei essere ci sei',
  nl: 'de het een en is zijn was niet ik je jij u wij we met voor op te van in dat dit mijn hallo dank bedankt hoe wat waarom wanneer waar wie kan kunnen heb heeft maar ook nog naar bij als aan er graag',
  ru: 'и в не на я что он с как это по но они мы вы а к у из за от так же для привет здравствуйте спасибо пожалуйста почему когда где кто мне мой есть можно нужно был была очень если или меня вас',
  uk: 'і в не на я що він з як це по але вони ми ви а до у із за від так для привіт дякую будь ласка чому коли де хто мені мій є можна треба був була дуже якщо або мене вас та',
  ar: 'في من على إلى عن أن هذا هذه التي الذي كان كيف ما ماذا لماذا متى أين هل لا لم مع هو هي أنا نحن مرحبا شكرا السلام عليكم أريد يمكن كل بعد قبل لي',
  fa: 'در از به که این است را با برای آن یک هم تا چرا چه چطور کی کجا من شما ما نیست سلام ممنون لطفا می‌خواهم هست بود شد باید اما',
  hi: 'है हैं के की का में से को और यह वह नहीं क्या कैसे क्यों कब कहाँ कौन मैं आप हम मेरा पर था थी कृपया नमस्ते धन्यवाद भी एक हो',
};

/** What is good and what is bad, in languages that put spaces between words. */
export const POSITIVE_WORDS =
  'good great excellent happy satisfied love loved amazing awesome wonderful perfect fantastic best nice glad pleased delighted helpful brilliant ' +
  'bueno buena genial excelente feliz perfecto encantado maravilloso contento bon bonne excellent super heureux parfait génial content merveilleux ravi ' +
  'gut toll super ausgezeichnet glücklich zufrieden perfekt wunderbar großartig ótimo ótima bom boa feliz maravilhoso satisfeito buono ottimo felice perfetto meraviglioso fantastico soddisfatto ' +
  'goed geweldig blij tevreden mooi prima хорошо отлично хороший прекрасно замечательно рад доволен супер добре чудово ممتاز رائع سعيد جيد جميل عالی خوب अच्छा बढ़िया शानदार खुश ' +
  '좋아요 좋은 훌륭해요 최고예요 최고 감사합니다 만족합니다 행복해요 좋습니다';

export const NEGATIVE_WORDS =
  'bad terrible awful angry frustrated frustrating hate hated horrible worst useless broken disappointed disappointing annoying annoyed upset unhappy unacceptable furious ' +
  'malo mala horrible enfadado frustrado odio peor inútil decepcionado triste mauvais mauvaise affreux fâché frustré déteste pire inutile déçu nul ' +
  'schlecht schlimm furchtbar schrecklich wütend frustriert hasse enttäuscht nutzlos unzufrieden ruim péssimo horrível irritado frustrado ódio pior decepcionado cattivo terribile pessimo arrabbiato frustrato odio deluso peggiore ' +
  'slecht vreselijk boos gefrustreerd teleurgesteld waardeloos плохо ужасно плохой ужасный злой разочарован ненавижу хуже кошмар погано жахливо سيء سيئ فظيع غاضب محبط أكره بد افتضاح बुरा खराब गुस्सा निराश ' +
  '나빠요 나쁜 최악 최악이에요 화나요 실망했어요 싫어요 끔찍해요';

/** The word after one of these means its opposite. */
export const NEGATIONS =
  "not no never isn't wasn't aren't don't doesn't didn't can't couldn't won't nicht kein keine nie pas jamais nunca não non niet не нет ні لا ليس नहीं";

/** The same where words are not set apart; of several that fit the first is taken, so opposites come first. */
export const NEGATIVE_PHRASES =
  '不好|不喜欢|不满意|不开心|没用|糟糕|太差|很差|差劲|失望|生气|愤怒|讨厌|烦|崩溃|垃圾|沮丧|最悪|ひどい|悪い|嫌い|残念|怒って|がっかり|不満|แย่|โกรธ|ผิดหวัง';
export const POSITIVE_PHRASES =
  '太好了|很好|非常好|喜欢|满意|开心|高兴|棒|优秀|完美|感谢|谢谢|良い|素晴らしい|最高|嬉しい|好き|ありがとう|完璧|ดี|ขอบคุณ|ยอดเยี่ยม';

/** A sentence that begins so asks something. */
export const QUESTION_STARTS =
  'what|how|why|when|where|who|which|whose|is there|are there|can you|could you|do you|does|did|' +
  'cómo|qué|por qué|cuándo|dónde|quién|cuál|pourquoi|comment|quand|où|est-ce que|quel|quelle|' +
  'warum|wie|wann|wo|wer|was|welche|como|por que|quando|onde|quem|perché|come|dove|chi|waarom|hoe|wanneer|waar|wie|' +
  'почему|как|когда|где|кто|что|сколько|чому|коли|хто|كيف|لماذا|متى|أين|هل|ماذا|چرا|چطور|क्या|कैसे|क्यों|왜|어떻게|언제|어디';

/** Text without spaces asks something when it has one of these. */
export const QUESTION_PHRASES =
  '吗|什么|为什么|怎么|如何|哪里|哪个|谁|多少|能不能|可不可以|ですか|ますか|でしょうか|ないか|なぜ|どうして|どうやって|いつ|どこ|ทำไม|อย่างไร|ไหม';
