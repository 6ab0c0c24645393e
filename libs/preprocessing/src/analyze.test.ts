import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyze } from './analyze.js';

describe('analyze: language', () => {
  test.each([
    ['en', 'Could you please help me with the refund for my order?'],
    ['en', 'This is an urgent request that needs attention'],
    ['es', 'Hola, ¿cómo puedo cambiar mi contraseña?'],
    ['fr', 'Bonjour, je ne peux pas me connecter à mon compte.'],
    ['de', 'Ich kann mich nicht anmelden, bitte helfen Sie mir.'],
    ['pt', 'Olá, eu não consigo entrar na minha conta.'],
    ['it', 'Ciao, non riesco a entrare nel mio account, come posso fare?'],
    ['nl', 'Ik kan niet inloggen, wat moet ik doen met mijn account?'],
    ['ru', 'Здравствуйте, я не могу войти в свой аккаунт.'],
    ['uk', 'Вітаю, я не можу увійти до свого облікового запису.'],
    ['ar', 'مرحبا، لا أستطيع الدخول إلى حسابي'],
    ['fa', 'سلام، نمی‌توانم وارد حساب خود بشوم چرا این طور است'],
    ['hi', 'नमस्ते, मैं अपने खाते में लॉग इन नहीं कर पा रहा हूँ'],
    ['zh', '我的账户无法登录，请帮我看一下。'],
    ['zh', '我想买 iPhone 手机，请给我推荐'],
    ['ja', 'アカウントにログインできません。助けてください。'],
    ['ja', '東京都の天気は晴れです'],
    ['ko', '계정에 로그인할 수 없습니다. 도와주세요.'],
    ['el', 'Δεν μπορώ να συνδεθώ'],
    ['he', 'אני לא יכול להתחבר'],
    ['th', 'ฉันเข้าสู่ระบบไม่ได้'],
  ])('%s: %s', (language, text) => expect(analyze(text).language).toBe(language));

  test.each(['', '12345', '!!! ???', '😀😀', 'xyzzy', 'de la', 'SELECT', 'Ⅷ'])(
    'of %j is not guessed',
    (text) => expect(analyze(text).language).toBe('und'),
  );
});

describe('analyze: words', () => {
  test.each([
    ['', 0],
    ['   \n ', 0],
    ['one', 1],
    ["don't stop  now\n", 3],
    ['3 new e-mails', 4],
    ['我喜欢猫', 3],
    ['猫が好きです', 4],
    ['我用 iPhone 手机', 4],
    ['안녕하세요 여러분', 2],
    ['—', 0],
  ])('%j has %i', (text, count) => expect(analyze(text).word_count).toBe(count));

  test('of a long Chinese text are estimated from its beginning', () => {
    const exact = analyze('我的账户无法登录'.repeat(8)).word_count;
    expect(analyze('我的账户无法登录'.repeat(80)).word_count).toBe(exact * 10);
  });

  test('past the bound are not looked at, and it says so', () => {
    expect(analyze('word '.repeat(2_000))).not.toHaveProperty('truncated');
    expect(analyze('word '.repeat(40_000))).toMatchObject({ word_count: 2_000, truncated: true });
  });
});

describe('analyze: question', () => {
  test.each([
    'Can you help me with this problem?',
    'Really?! No.',
    'why does it fail',
    'It broke. How do I mend it',
    '"Is it ready?" she said',
    '¿Cómo estás?',
    'warum geht das nicht',
    '你好吗',
    '这个怎么用',
    'これは何ですか',
    'هل يمكنك مساعدتي',
    'ça va ？',
  ])('%j is one', (text) => expect(analyze(text).is_question).toBe(true));

  test.each([
    '',
    'This is fine.',
    'I am somewhat tired',
    'Look at https://example.org/?q=1&b=2',
    '我的账户无法登录',
    'ログインできません',
    'however you like',
  ])('%j is none', (text) => expect(analyze(text).is_question).toBe(false));
});

describe('analyze: sentiment', () => {
  test.each([
    ['positive', 'This is great, thank you, excellent work'],
    ['negative', "I'm very frustrated and angry with this service!"],
    ['neutral', 'The invoice is attached'],
    ['neutral', 'good and bad'],
    ['negative', 'This is not good'],
    ['positive', 'not bad'],
    ['positive', 'Das ist wunderbar'],
    ['negative', 'Это ужасно'],
    ['positive', '服务很好，我很满意'],
    ['negative', '我不喜欢这个，太差了'],
    ['negative', 'サービスがひどい'],
    ['neutral', 'goodness'],
  ])('%s: %s', (sentiment, text) => expect(analyze(text).sentiment).toBe(sentiment));
});

test.each(['\n', '?', ' ', "'a", '？!', 'how ', '我', 'ですか', '\u0301', 'a\u200c', '😀', 'not bad '])(
  'no text takes long, however often %j is repeated',
  (piece) => {
    const text = piece.repeat(100_000);
    analyze(text);
    const startedAt = performance.now();
    analyze(text);
    expect(performance.now() - startedAt).toBeLessThan(500);
  },
);

test('analyze takes any text, and its answer is small', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const analysis = analyze(text);
      expect(JSON.stringify(analysis).length).toBeLessThan(130);
      expect(analysis.word_count).toBeLessThanOrEqual(text.length);
    }),
  );
});
